// axios with axios-auth-refresh, as its documentation shows it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

const { BASE_URL, USERNAME, PASSWORD, EXPIRED_ACCESS } = process.env

// client is an API client that is logged in, whose access token has run out meanwhile. It refreshes when so many of its
// requests have been refused.
async function client(refusalsFirst = 1) {
  const { data } = await axios.post(`${BASE_URL}/api/token/`, { username: USERNAME, password: PASSWORD })
  const tokens = { access: EXPIRED_ACCESS, refresh: data.refresh }
  const api = axios.create({ baseURL: BASE_URL })
  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${tokens.access}`
    return config
  })

  let refusals = 0
  const refused = new Promise((resolve) => {
    api.interceptors.response.use(null, (error) => {
      if (++refusals === refusalsFirst) resolve()
      return Promise.reject(error)
    })
  })
  const refreshes = []
  createAuthRefresh(api, async (failed) => {
    await refused
    refreshes.push(failed.response.status)
    const answer = await axios.post(`${BASE_URL}/api/token/refresh/`, { refresh: tokens.refresh })
    Object.assign(tokens, answer.data)
  }, { deduplicateRefresh: false }) // else it gives up those that were on their way already
  return { api, refreshes, tokens }
}

test('twenty requests refused at once lead to one refresh, and all are answered', async () => {
  const { api, refreshes } = await client(20)
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/hello/')))
  assert.deepEqual(answers.map((answer) => answer.status), Array(20).fill(200))
  assert.deepEqual(refreshes, [401])
})

test('the client goes on with the rotated refresh token', async () => {
  const { api, refreshes, tokens } = await client()
  const first = tokens.refresh
  await api.get('/hello/')
  const second = tokens.refresh
  assert.notEqual(second, first)
  tokens.access = EXPIRED_ACCESS
  await api.get('/hello/')
  assert.notEqual(tokens.refresh, second)
  assert.deepEqual(refreshes, [401, 401])
})
