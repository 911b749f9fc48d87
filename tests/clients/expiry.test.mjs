// axios with axios-jwt, which reads the expiry of its access token and refreshes before it sends a request.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import axios from 'axios'
import { applyAuthTokenInterceptor, getAccessToken, getRefreshToken, setAuthTokens } from 'axios-jwt'

const { BASE_URL, USERNAME, PASSWORD, EXPIRED_ACCESS } = process.env

const kept = new Map()
const storage = {
  get: async (name) => kept.get(name) ?? null,
  set: async (name, value) => void kept.set(name, value),
  remove: async (name) => void kept.delete(name),
}

test('a client that reads exp refreshes in time, and keeps the rotated token', async () => {
  const api = axios.create({ baseURL: BASE_URL })
  let refreshes = 0
  applyAuthTokenInterceptor(api, {
    getStorage: () => storage,
    requestRefresh: async (refresh) => {
      refreshes++
      const { data } = await axios.post(`${BASE_URL}/api/token/refresh/`, { refresh })
      return { accessToken: data.access, refreshToken: data.refresh }
    },
  })
  const { data } = await axios.post(`${BASE_URL}/api/token/`, { username: USERNAME, password: PASSWORD })

  await setAuthTokens({ accessToken: data.access, refreshToken: data.refresh })
  assert.equal((await api.get('/hello/')).status, 200)
  assert.equal(refreshes, 0, 'a fresh token is not refreshed')

  await setAuthTokens({ accessToken: EXPIRED_ACCESS, refreshToken: data.refresh })
  assert.equal((await api.get('/hello/')).status, 200)
  assert.equal(refreshes, 1)
  assert.notEqual(await getRefreshToken(), data.refresh)
  assert.notEqual(await getAccessToken(), EXPIRED_ACCESS)
})
