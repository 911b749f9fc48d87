// What the page knows. It is kept for as long as the tab lives, so that links of mails can be followed and come back.

const key = 'watchword-demo'
const maxExchanges = 40
const begin = () => ({
  logins: [], // {id, scheme, label, username, since, access, refresh, token, state}
  next: 1, // the number of the next login
  acting: '', // the id of the login that calls; '' is nobody
  exchanges: [], // the newest first
  person: { username: '', email: '' }, // what was typed last
  done: [], // steps of the tour
  csrf: '', // the token that ai-kit's last answer gave
})

let state = read()
const listeners = new Set()

export const get = () => state

// set changes some of the state and tells whoever listens.
export function set(changes) {
  state = { ...state, ...changes }
  write()
  for (const listener of listeners) listener(state)
}

export function subscribe(listener) {
  listeners.add(listener)
}

export function mark(step) {
  if (!state.done.includes(step)) set({ done: [...state.done, step] })
}

export function keepExchange(exchange) {
  set({ exchanges: [exchange, ...state.exchanges].slice(0, maxExchanges) })
}

export function changeLogin(id, changes) {
  set({ logins: state.logins.map((login) => (login.id === id ? { ...login, ...changes } : login)) })
}

export const loginBy = (id) => state.logins.find((login) => login.id === id)

function read() {
  try {
    return { ...begin(), ...JSON.parse(sessionStorage.getItem(key)) }
  } catch {
    return begin()
  }
}

function write() {
  try {
    sessionStorage.setItem(key, JSON.stringify(state))
  } catch {
    // A full store only means that a reload forgets.
  }
}
