// What a client of the seed does, on plain Node with the seed's own files: each line of standard input is
// { service, method, request }, each line of standard output { code, answer } or { code, details }.
import { createInterface } from 'node:readline'
import { credentials, loadPackageDefinition, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const [userAddress, feedAddress] = process.argv.slice(2)
const load = (name) =>
  loadPackageDefinition(
    loadSync(new URL(name, import.meta.url).pathname, { keepCase: true, longs: Number, enums: String, defaults: true }),
  )
const { Health } = load('../../proto/health.proto').grpc.health.v1
const open = (Service, address) => new Service(address, credentials.createInsecure())
const clients = {
  User: open(load('user.proto').User, userAddress),
  Feed: open(load('feed.proto').Feed, feedAddress),
  UserHealth: open(Health, userAddress),
  FeedHealth: open(Health, feedAddress),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { service, method, request } = JSON.parse(line)
  const told = await new Promise((resolve) => {
    clients[service][method](request, { deadline: Date.now() + 10_000 }, (error, answer) =>
      resolve(error ? { code: status[error.code], details: error.details } : { code: 'OK', answer }),
    )
  })
  console.log(JSON.stringify(told))
}
for (const client of Object.values(clients)) client.close()
