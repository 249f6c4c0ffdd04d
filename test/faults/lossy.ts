/** A network of its own, of which the loopback loses so many of a hundred packets: netem does it, or else iptables. */
const script = `
ip link set lo up
tc qdisc add dev lo root netem loss "$1%" 2>/dev/null ||
  XTABLES_LOCKFILE=$(mktemp) iptables -A INPUT -i lo -m statistic --mode random --probability "$(printf 0.%02d "$1")" -j DROP
shift
exec "$@"`

/** Runs a command there. It takes no rights, where the kernel lets everybody have namespaces. */
export const inLossyNetwork = (percent: number, ...command: string[]): string[] => [
  ...['unshare', '--user', '--map-root-user', '--net', 'sh', '-euc', script, 'sh', String(percent), ...command],
]

/** Why there can be no such network here; empty if there can. */
export const whyNoLoss = reason()

function reason(): string {
  const absent = ['unshare', 'ip', 'tc', 'iptables'].filter((name) => !Bun.which(name))
  if (absent.length > 0) return `there is no ${absent.join(' and no ')}`
  const { exitCode, stderr } = Bun.spawnSync(inLossyNetwork(5, 'true'))
  return exitCode === 0 ? '' : stderr.toString().trim() || `it ended with ${exitCode}`
}

/** What this network did with TCP since it is there. */
export interface Traffic {
  sent: number
  /** Segments that had to be sent again: the proof that some were lost. */
  sentAgain: number
}

export async function traffic(): Promise<Traffic> {
  const [names, values] = (await Bun.file('/proc/net/snmp').text()).match(/^Tcp: .*$/gm)!.map((line) => line.split(' '))
  const value = (name: string) => Number(values![names!.indexOf(name)])
  return { sent: value('OutSegs'), sentAgain: value('RetransSegs') }
}
