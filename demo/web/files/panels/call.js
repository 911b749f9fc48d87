// Calls what is protected, as one of the logins or as nobody.

import { h, show } from '../dom.js'
import { choice, field, form, outcome } from '../forms.js'
import { get, loginBy, set } from '../store.js'
import { call as ask, schemeBy, whoami } from '../schemes.js'
import { serverInfo } from '../wire.js'

let students = null

export const call = {
  path: '/call',
  title: 'Call',
  draw() {
    const { mounts, everywhere } = serverInfo()
    students = h('div', { class: 'students' })
    const result = h('div', { class: 'result', role: 'status' })
    const fetching = (path) => async () => show(result, outcome(await ask(acting(), { path }), 'It worked: see the answer.'))
    return [
      h('h1', null, 'Call what is protected'),
      h('section', { class: 'card' },
        who(),
        !everywhere && h('p', { class: 'fine' }, 'At this server the greeting and the students know bearer JWTs only.'),
        h('div', { class: 'actions' },
          mounts.hello && h('button', { type: 'button', class: 'primary', onclick: fetching(mounts.hello) }, `GET ${mounts.hello}`),
          h('button', { type: 'button', onclick: fetching(whoami) }, 'Who am I?')),
        result),
      mounts.students && h('section', { class: 'card' },
        h('h2', null, 'Students'),
        h('p', null, 'A small resource to read and write. Every row is kept in the database.'),
        h('div', { class: 'actions' }, h('button', { type: 'button', onclick: list }, `GET ${mounts.students}`)),
        students,
        form({
          name: 'Add a student',
          fields: [h('div', { class: 'pair' }, field('First name', { name: 'first_name' }), field('Last name', { name: 'last_name' })),
            h('div', { class: 'pair' }, field('E-mail address', { name: 'email', type: 'email' }), field('Classroom', { name: 'classroom' }))],
          button: 'Add a student',
          async onSend(body) {
            const answer = await ask(acting(), { method: 'POST', path: mounts.students, body })
            if (answer.ok) await list()
            return answer
          },
          said: ({ data }) => `${data.first_name} ${data.last_name} is number ${data.pk}.`,
        })),
    ]
  },
}

// acting is the id of the login that calls.
const acting = () => get().acting

// who chooses it.
function who() {
  const alive = get().logins.filter((login) => login.state === 'alive')
  const options = [['', 'Nobody'], ...alive.map((login) => [login.id, name(login)])]
  const chosen = alive.some((login) => login.id === get().acting) ? get().acting : ''
  if (chosen !== get().acting) set({ acting: chosen })
  return [
    choice('As', { name: 'acting', onchange: (event) => set({ acting: event.target.value }) }, options, chosen),
    alive.length === 0 && h('p', { class: 'fine' }, 'There is no login yet. ', h('a', { href: '#/login' }, 'Log in'), ' first, or see how nobody is refused.'),
    alive.filter((login) => schemeBy(login.scheme).cookies).length > 1 && h('p', { class: 'fine' },
      'Both cookies go along with requests as either of these logins; the server goes by the JWT first.'),
  ]
}

const name = (login) => `${login.label} – ${login.username}, ${schemeBy(login.scheme).title}`

async function list() {
  const place = students
  const { mounts } = serverInfo()
  const answer = await ask(acting(), { path: mounts.students })
  if (!answer.ok) return show(place, outcome(answer))
  if (answer.data.length === 0) return show(place, h('p', { class: 'empty' }, 'No students yet. Add one below.'))
  show(place, h('ul', { class: 'rows' }, answer.data.map((student) => h('li', null,
    h('span', null, `${student.first_name} ${student.last_name}`), h('span', { class: 'fine' }, student.classroom),
    h('button', { type: 'button', class: 'quiet', 'aria-label': `Delete ${student.first_name} ${student.last_name}`,
      onclick: async () => {
        const gone = await ask(acting(), { method: 'DELETE', path: mounts.students + student.pk })
        if (gone.ok) return list()
        place.append(outcome(gone))
      } }, 'Delete')))))
}

// nameOf names a login, for other panels.
export const nameOf = (id) => (loginBy(id) ? name(loginBy(id)) : 'Nobody')
