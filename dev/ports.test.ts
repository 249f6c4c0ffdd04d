import { expect, test } from 'bun:test'
import { demandFree, freePort, readPorts } from './ports.ts'

const ports = async () => ({
  WEB_PORT: await freePort(),
  USER_GRPC_PORT: await freePort(),
  FEED_GRPC_PORT: await freePort(),
})

test('a port that is taken is named, with the setting to change', async () => {
  for (const hostname of ['127.0.0.1', '0.0.0.0']) {
    using other = Bun.listen({ hostname, port: 0, socket: { data() {} } })
    const wanted = { ...(await ports()), USER_GRPC_PORT: other.port }
    await expect(demandFree(wanted)).rejects.toThrow(
      new RegExp(`port ${other.port} is taken by another program.*USER_GRPC_PORT=`),
    )
  }
})

test('free ports are accepted, and stay free', async () => {
  const wanted = await ports()
  await demandFree(wanted)
  await demandFree(wanted)
})

test('two services cannot share a port', async () => {
  const wanted = await ports()
  await expect(demandFree({ ...wanted, FEED_GRPC_PORT: wanted.WEB_PORT })).rejects.toThrow(
    `WEB_PORT and FEED_GRPC_PORT are both ${wanted.WEB_PORT}`,
  )
})

test('settings replace the usual ports, and nonsense is refused', () => {
  expect(readPorts({ WEB_PORT: '80', USER_GRPC_PORT: '' })).toEqual({
    WEB_PORT: 80,
    USER_GRPC_PORT: 9081,
    FEED_GRPC_PORT: 9082,
  })
  expect(() => readPorts({ WEB_PORT: '99999' })).toThrow('WEB_PORT')
})
