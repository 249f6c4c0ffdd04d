/** Runs a command in a network namespace whose loopback loses `$1` percent of packets, by netem or else iptables. */
const script = `
ip link set lo up
tc qdisc add dev lo root netem loss "$1%" 2>/dev/null ||
  XTABLES_LOCKFILE=$(mktemp) iptables -A INPUT -i lo -m statistic --mode random --probability "$(printf 0.%02d "$1")" -j DROP
shift
exec "$@"`

/** The command that runs another one there. It needs no privileges if the kernel allows user namespaces. */
export const inLossyNetwork = (percent: number, ...command: string[]): string[] => [
  ...['unshare', '--user', '--map-root-user', '--net', 'sh', '-euc', script, 'sh', String(percent), ...command],
]

/** The reason why this machine cannot have such a network; empty if it can. */
export const lossUnavailable = reason()

function reason(): string {
  const absent = ['unshare', 'ip', 'tc', 'iptables'].filter((name) => !Bun.which(name))
  if (absent.length > 0) return `there is no ${absent.join(' and no ')}`
  const { exitCode, stderr } = Bun.spawnSync(inLossyNetwork(5, 'true'))
  return exitCode === 0 ? '' : stderr.toString().trim() || `it ended with ${exitCode}`
}

/** The TCP counters of this network namespace since its start. */
export interface Traffic {
  sent: number
  /** Retransmitted segments, which prove that some were lost. */
  sentAgain: number
}

export async function traffic(): Promise<Traffic> {
  const [names, values] = (await Bun.file('/proc/net/snmp').text()).match(/^Tcp: .*$/gm)!.map((line) => line.split(' '))
  const value = (name: string) => Number(values![names!.indexOf(name)])
  return { sent: value('OutSegs'), sentAgain: value('RetransSegs') }
}
