import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

// Bridges of containers and virtual machines, which a phone cannot reach.
const virtual = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|podman|utun|tun|tap)/

type Interfaces = Record<string, NetworkInterfaceInfo[] | undefined>

/** This machine's IPv4 addresses that a phone on the same network may reach. */
export function lanAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !virtual.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
    .map(({ address }) => address)
}
