// axios with a cookie jar: what a browser does for a page, and the CSRF token read from its cookie as Django documents.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import axios from 'axios'
import { wrapper } from 'axios-cookiejar-support'
import { CookieJar } from 'tough-cookie'

const { BASE_URL, USERNAME, PASSWORD } = process.env

// browser is a client with a jar of its own; cookie reads what lies in it.
function browser() {
  const jar = new CookieJar()
  const http = wrapper(axios.create({ baseURL: `${BASE_URL}/dj-rest-auth`, jar, withCredentials: true,
    validateStatus: () => true }))
  const cookie = async (name) => (await jar.getCookies(BASE_URL)).find((each) => each.key === name)
  const csrf = async () => ({ headers: { 'X-CSRFToken': (await cookie('csrftoken'))?.value ?? '' } })
  return { http, cookie, csrf }
}

test('a session opens with the login and closes with the logout', async () => {
  const { http, cookie, csrf } = browser()
  assert.equal((await http.get('/user/')).status, 403)

  const login = await http.post('/login/', { username: USERNAME, password: PASSWORD })
  assert.equal(login.status, 204, 'a session is all that it hands out')
  const session = await cookie('sessionid')
  assert.equal(session.httpOnly, true)
  assert.equal((await http.get('/user/')).data.username, USERNAME)

  assert.equal((await http.patch('/user/', { first_name: 'M' })).status, 403, 'a change needs the CSRF token')
  const changed = await http.patch('/user/', { first_name: 'M' }, await csrf())
  assert.equal(changed.data.first_name, 'M')

  assert.equal((await http.post('/logout/', {}, await csrf())).status, 200)
  assert.equal(await cookie('sessionid'), undefined)
  assert.equal((await http.get('/user/')).status, 403)
})

test('two browsers have two sessions', async () => {
  const one = browser()
  const other = browser()
  for (const { http } of [one, other]) {
    assert.equal((await http.post('/login/', { username: USERNAME, password: PASSWORD })).status, 204)
  }
  assert.equal((await one.http.post('/logout/', {}, await one.csrf())).status, 200)
  assert.equal((await one.http.get('/user/')).status, 403)
  assert.equal((await other.http.get('/user/')).status, 200)
})
