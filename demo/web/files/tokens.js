// Reads JWTs. Anybody can, which is why no secret belongs into one; only the server can tell a good one from a bad one.

const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_*-]+)$/

// decode returns {header, claims}, or null for what is no JWT.
export function decode(text) {
  const parts = typeof text === 'string' && shape.exec(text)
  if (!parts) return null
  try {
    return { header: part(parts[1]), claims: part(parts[2]) }
  } catch {
    return null
  }
}

function part(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes))
}

// tokensIn finds the JWTs of an exchange: [{where, name, ...decoded}].
export function tokensIn(exchange) {
  const found = []
  const add = (where, name, text) => {
    const token = decode(text)
    if (token) found.push({ where, name, ...token })
  }
  const { request, answer } = exchange
  add('sent in the header', 'Authorization', (request.headers.Authorization ?? '').split(' ')[1])
  for (const [name, value] of Object.entries(request.body ?? {})) add('sent in the body', name, value)
  if (answer.data && typeof answer.data === 'object') {
    for (const [name, value] of Object.entries(answer.data)) add('answered in the body', name, value)
  }
  for (const line of answer.setCookies) {
    const [name, value] = line.split(';')[0].split('=')
    add('set as a cookie', name, value)
  }
  return found
}

// moment says in words when a time of a claim is.
export function moment(seconds) {
  const left = Math.round(seconds - Date.now() / 1000)
  const clock = new Date(seconds * 1000).toLocaleTimeString()
  if (Math.abs(left) < 1) return `${clock}, now`
  return left > 0 ? `${clock}, in ${span(left)}` : `${clock}, ${span(-left)} ago`
}

function span(seconds) {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86400)} days`
}

// short is a token for a line of text.
export const short = (text) => (text && text.length > 28 ? `${text.slice(0, 14)}…${text.slice(-8)}` : text)
