import { expect, test } from 'bun:test'
import { demandFree, freePort, readPorts } from './ports.ts'

const ports = async () => ({
  WEB_PORT: await freePort(),
  USER_GRPC_PORT: await freePort(),
  FEED_GRPC_PORT: await freePort(),
})

test('the error for a port in use names the port and the setting to change', async () => {
  for (const hostname of ['127.0.0.1', '0.0.0.0']) {
    using other = Bun.listen({ hostname, port: 0, socket: { data() {} } })
    const requested = { ...(await ports()), USER_GRPC_PORT: other.port }
    await expect(demandFree(requested)).rejects.toThrow(
      new RegExp(`port ${other.port} is taken by another program.*USER_GRPC_PORT=`),
    )
  }
})

test('free ports are accepted, and stay free', async () => {
  const requested = await ports()
  await demandFree(requested)
  await demandFree(requested)
})

test('two services cannot share a port', async () => {
  const requested = await ports()
  await expect(demandFree({ ...requested, FEED_GRPC_PORT: requested.WEB_PORT })).rejects.toThrow(
    `WEB_PORT and FEED_GRPC_PORT are both ${requested.WEB_PORT}`,
  )
})

test('settings replace the default ports, and an invalid port is rejected', () => {
  expect(readPorts({ WEB_PORT: '80', USER_GRPC_PORT: '' })).toEqual({
    WEB_PORT: 80,
    USER_GRPC_PORT: 9081,
    FEED_GRPC_PORT: 9082,
  })
  expect(() => readPorts({ WEB_PORT: '99999' })).toThrow('WEB_PORT')
})
