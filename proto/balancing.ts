// Load balancing over the replicas of a service: round robin, with health checks and periodic name resolution added.
// grpc-js 1.14.7 has no healthCheckConfig, and resolves a name again only when a connection breaks.
// `max_connection_age` would make it resolve again, but closes a connection while calls are in flight.
import { connectivityState, experimental } from '@grpc/grpc-js'
import { type HealthWatch, watchHealth } from './health-watch.ts'

export const policy = 'douyin_round_robin'
/** A replica that is added gets calls after this time at the latest, plus the time to connect. */
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
      helper.updateState(state, state === connectivityState.READY ? this.skippingUnhealthy(picker) : picker, message)
    this.child = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(helper, { updateState }),
    )
  }

  updateAddressList: UpdateAddressList = (endpoints, config, options, note) => {
    if (!endpoints.ok) return this.child.updateAddressList(endpoints, roundRobin, options, note)
    this.resolveEvery(config instanceof Config ? config.resolveMs : resolveMs)
    const addresses = endpoints.value
      .flatMap((endpoint) => endpoint.addresses.map(experimental.subchannelAddressToString))
      .sort()
    // round_robin starts anew with each list, so an unchanged list is not passed on.
    if (this.addresses === addresses.join()) return true
    this.addresses = addresses.join()
    this.watch(addresses)
    return this.child.updateAddressList(endpoints, roundRobin, options, note)
  }

  /** If a pick is an unhealthy replica, picks again until one is healthy or all were tried. */
  private skippingUnhealthy(picker: experimental.Picker): experimental.Picker {
    const isUnhealthy = ({ subchannel }: experimental.PickResult) =>
      subchannel !== null && this.watches.get(subchannel.getAddress())?.isUnhealthy()
    return {
      pick: (args) => {
        let pick = picker.pick(args)
        for (let i = 1; i < this.watches.size && isUnhealthy(pick); i++) pick = picker.pick(args)
        return pick
      },
    }
  }

  /** A single replica gets calls whatever it reports, so it is not watched. */
  private watch(addresses: string[]): void {
    const watched = new Set(addresses.length > 1 ? addresses : [])
    for (const [address, watch] of this.watches) {
      if (watched.has(address)) continue
      watch.stop()
      this.watches.delete(address)
    }
    for (const address of watched) {
      if (!this.watches.has(address)) this.watches.set(address, watchHealth(address))
    }
  }

  private resolveEvery(ms: number): void {
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
