// What the page of the tests can do. Each call answers {status, data} and never throws; status 0 means that the browser
// kept the answer from the page.

let csrf = ''

// reactClient sends a request as the store of django-ai-kit-auth's React library does: with credentials, and with the
// token of the last answer in a header even where it is empty.
async function reactClient(base, method, path, body) {
  const api = axios.create({ withCredentials: true, baseURL: base,
    headers: { ...axios.defaults.headers, common: { ...axios.defaults.headers.common, 'X-CSRFToken': csrf } } })
  const answer = await settled(() => (method === 'GET' ? api.get(path) : api.post(path, body)))
  if (answer.data && answer.data.csrf) csrf = answer.data.csrf
  return answer
}

async function settled(send) {
  try {
    const { status, data } = await send()
    return { status, data }
  } catch (error) {
    return error.response ? { status: error.response.status, data: error.response.data } : { status: 0 }
  }
}

// fetchClient sends JSON with fetch, the cookies of the server, and the CSRF token that the page finds in its own.
async function fetchClient(base, method, path, body) {
  const headers = { 'X-CSRFToken': readable('csrftoken') }
  if (body !== null) headers['Content-Type'] = 'application/json'
  try {
    const answer = await fetch(base + path, { method, headers, credentials: 'include',
      body: body === null ? undefined : JSON.stringify(body) })
    const text = await answer.text()
    return { status: answer.status, data: text ? JSON.parse(text) : null }
  } catch {
    return { status: 0 }
  }
}

// readable is a cookie that scripts may read, or an empty text.
function readable(name) {
  const found = document.cookie.split('; ').find((each) => each.startsWith(name + '='))
  return found ? found.slice(name.length + 1) : ''
}
