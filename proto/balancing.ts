// How calls are spread over the replicas of a service. grpc-js 1.14.7 knows no healthCheckConfig, and resolves a name again only when a
// connection breaks; so round_robin gets both here. `max_connection_age` would do for names: it ends a connection under calls.
import { connectivityState, experimental } from '@grpc/grpc-js'
import { type HealthWatch, watchHealth } from './health-watch.ts'

export const policy = 'douyin_round_robin'
/** A replica that is added gets calls after that time at the latest, and what it takes to connect. */
export const resolveMs = 20_000

type Helper = ConstructorParameters<typeof experimental.ChildLoadBalancerHandler>[0]
type UpdateAddressList = experimental.LoadBalancer['updateAddressList']
const roundRobin = experimental.parseLoadBalancingConfig({ round_robin: {} })

class Config implements experimental.TypedLoadBalancingConfig {
  readonly resolveMs: number
  constructor(ms: number) {
    this.resolveMs = ms
  }
  getLoadBalancerName = () => policy
  toJsonObject = () => ({ [policy]: { resolveMs: this.resolveMs } })
  static createFromJson = (json: { resolveMs?: number }) => new Config(json.resolveMs ?? resolveMs)
}

class Balancer implements experimental.LoadBalancer {
  private readonly child: experimental.ChildLoadBalancerHandler
  private readonly watches = new Map<string, HealthWatch>()
  private addresses = ''
  private timer: Timer | undefined
  private readonly helper: Helper

  constructor(helper: Helper) {
    this.helper = helper
    const updateState: Helper['updateState'] = (state, picker, message) =>
      helper.updateState(state, state === connectivityState.READY ? this.passingOver(picker) : picker, message)
    this.child = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(helper, { updateState }),
    )
  }

  updateAddressList: UpdateAddressList = (endpoints, config, options, note) => {
    if (!endpoints.ok) return this.child.updateAddressList(endpoints, roundRobin, options, note)
    this.askAgainEvery(config instanceof Config ? config.resolveMs : resolveMs)
    const found = endpoints.value.flatMap((one) => one.addresses.map(experimental.subchannelAddressToString)).sort()
    // round_robin begins anew with each list, so the same one is not given to it again.
    if (this.addresses === found.join()) return true
    this.addresses = found.join()
    this.watch(found)
    return this.child.updateAddressList(endpoints, roundRobin, options, note)
  }

  /** Each pick that meets a replica which is away is made again: until one is not, or all are. */
  private passingOver(picker: experimental.Picker): experimental.Picker {
    const isAway = ({ subchannel }: experimental.PickResult) =>
      subchannel !== null && this.watches.get(subchannel.getAddress())?.isAway()
    return {
      pick: (args) => {
        let pick = picker.pick(args)
        for (let i = 1; i < this.watches.size && isAway(pick); i++) pick = picker.pick(args)
        return pick
      },
    }
  }

  /** One that is alone is asked whatever it says. */
  private watch(addresses: string[]): void {
    const wanted = new Set(addresses.length > 1 ? addresses : [])
    for (const [address, watch] of this.watches) {
      if (wanted.has(address)) continue
      watch.stop()
      this.watches.delete(address)
    }
    for (const address of wanted) {
      if (!this.watches.has(address)) this.watches.set(address, watchHealth(address))
    }
  }

  private askAgainEvery(ms: number): void {
    this.timer ??= setInterval(() => this.helper.requestReresolution(), ms)
    this.timer.unref()
  }

  exitIdle = () => this.child.exitIdle()
  resetBackoff = () => this.child.resetBackoff()
  getTypeName = () => policy

  destroy(): void {
    clearInterval(this.timer)
    this.watch([])
    this.child.destroy()
  }
}

experimental.registerLoadBalancerType(policy, Balancer, Config)
