import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { givenDatabases } from './databases.ts'
import { serviceEnvironment } from './environment.ts'
import { lanAddresses } from './lan.ts'
import { readPorts } from './ports.ts'

const data = mkdtempSync(join(tmpdir(), 'douyin-environment-'))
afterAll(() => rmSync(data, { recursive: true }))

const databases = { USER_DATABASE_URL: 'mysql://u', FEED_DATABASE_URL: 'mysql://f' }
const environment = (given: Record<string, string>) => serviceEnvironment(given, readPorts(given), databases, data)

test('the secret of tokens outlives a restart, and only its owner can read it', () => {
  const { JWT_SECRET } = environment({})
  expect(JWT_SECRET).toMatch(/^[\w-]{64}$/)
  expect(environment({}).JWT_SECRET).toBe(JWT_SECRET)
  expect(statSync(join(data, 'jwt-secret')).mode & 0o777).toBe(0o600)
})

test('what is given wins, and what is unknown is passed on', () => {
  const given = { JWT_SECRET: 'mine', MEDIA_DIR: '/m', RATE_LIMIT: '5', USER_GRPC_PORT: '1' }
  expect(environment(given)).toMatchObject({ ...given, ...databases, USER_GRPC_ADDRESS: '127.0.0.1:1' })
})

test('a server without a database gets one for each service; a named one serves both', () => {
  expect(givenDatabases({ DATABASE_URL: 'mysql://root:p@db:3307' })).toEqual({
    USER_DATABASE_URL: 'mysql://root:p@db:3307/douyin_user',
    FEED_DATABASE_URL: 'mysql://root:p@db:3307/douyin_feed',
  })
  const named = 'mysql://root@db/mine?ssl=true'
  expect(givenDatabases({ DATABASE_URL: named, FEED_DATABASE_URL: 'mysql://f' })).toEqual({
    USER_DATABASE_URL: named,
    FEED_DATABASE_URL: 'mysql://f',
  })
})

test('one given database alone still needs a private server', () => {
  expect(givenDatabases({})).toBeUndefined()
  expect(givenDatabases({ USER_DATABASE_URL: 'mysql://u' })).toBeUndefined()
})

test('a phone is shown the addresses of real networks only', () => {
  const ip = (address: string, internal = false) => ({
    ...{ address, internal, family: 'IPv4' as const, netmask: '', mac: '', cidr: null },
  })
  const found = lanAddresses({ lo: [ip('127.0.0.1', true)], docker0: [ip('172.17.0.1')], wlan0: [ip('192.168.1.5')] })
  expect(found).toEqual(['192.168.1.5'])
})
