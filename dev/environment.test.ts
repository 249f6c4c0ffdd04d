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

test('the secret for tokens stays the same after a restart, and only its owner can read it', () => {
  const { JWT_SECRET } = environment({})
  expect(JWT_SECRET).toMatch(/^[\w-]{64}$/)
  expect(environment({}).JWT_SECRET).toBe(JWT_SECRET)
  expect(statSync(join(data, 'jwt-secret')).mode & 0o777).toBe(0o600)
})

test('a given setting wins, and an unknown one is passed on', () => {
  const given = { JWT_SECRET: 'mine', MEDIA_DIR: '/m', RATE_LIMIT: '5', USER_GRPC_PORT: '1' }
  expect(environment(given)).toMatchObject({ ...given, ...databases, USER_GRPC_ADDRESS: '127.0.0.1:1' })
})

test('a URL without a database gets one for each service, and a named database is used by both', () => {
  expect(givenDatabases({ DATABASE_URL: 'mysql://root:p@db:3307' })).toEqual({
    USER_DATABASE_URL: 'mysql://root:p@db:3307/douyin_user',
    FEED_DATABASE_URL: 'mysql://root:p@db:3307/douyin_feed',
  })
  const url = 'mysql://root@db/mine?ssl=true'
  expect(givenDatabases({ DATABASE_URL: url, FEED_DATABASE_URL: 'mysql://f' })).toEqual({
    USER_DATABASE_URL: url,
    FEED_DATABASE_URL: 'mysql://f',
  })
})

test('if only one database is given, a private server is still needed', () => {
  expect(givenDatabases({})).toBeUndefined()
  expect(givenDatabases({ USER_DATABASE_URL: 'mysql://u' })).toBeUndefined()
})

test('only addresses of real networks are shown for a phone', () => {
  const ip = (address: string, internal = false) => ({
    ...{ address, internal, family: 'IPv4' as const, netmask: '', mac: '', cidr: null },
  })
  const addresses = lanAddresses({
    lo: [ip('127.0.0.1', true)],
    docker0: [ip('172.17.0.1')],
    wlan0: [ip('192.168.1.5')],
  })
  expect(addresses).toEqual(['192.168.1.5'])
})
