// The students: a small resource to list, add to, change and delete from.

import { goTo, h, show } from '../dom.js'
import { field, form, outcome } from '../forms.js'
import { call } from '../schemes.js'
import { get } from '../store.js'

const fullName = (student) => `${student.first_name} ${student.last_name}`

// students returns the card of the resource at path. Its requests are sent as the login that calls.
export function students(path) {
  const rows = h('div', { class: 'students' })
  const editor = h('div')
  const heading = h('h2', null, 'Students')
  const ask = (request) => call(get().acting, request)

  const list = async () => {
    const answer = await ask({ path })
    if (!answer.ok) return show(rows, outcome(answer))
    show(rows, answer.data.length === 0 ? h('p', { class: 'empty' }, 'No students yet. Add one below.')
      : h('ul', { class: 'rows' }, answer.data.map(row)))
  }

  const row = (student) => h('li', null,
    h('span', null, fullName(student)), h('span', { class: 'fine' }, student.classroom),
    h('span', { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', 'aria-label': `Edit ${fullName(student)}`, onclick: () => edit(student) }, 'Edit'),
      h('button', { type: 'button', class: 'quiet', 'aria-label': `Delete ${fullName(student)}`, onclick: () => remove(student) }, 'Delete')))

  const remove = async (student) => {
    const gone = await ask({ method: 'DELETE', path: path + student.pk })
    const said = outcome(gone, `${fullName(student)} is deleted.`)
    if (gone.ok) {
      await list()
      goTo(heading) // the button is gone
    }
    rows.append(said)
  }

  // edit shows the form: with a student to change, or empty to add one.
  const edit = (student) => {
    const text = (label, name, type = 'text') => field(label, { name, type, value: student?.[name] })
    show(editor, form({
      name: student ? `Change ${fullName(student)}` : 'Add a student',
      fields: [h('div', { class: 'pair' }, text('First name', 'first_name'), text('Last name', 'last_name')),
        h('div', { class: 'pair' }, text('E-mail address', 'email', 'email'), text('Classroom', 'classroom'))],
      button: student ? 'Save the changes' : 'Add a student',
      async onSend(body) {
        const answer = await ask(student ? { method: 'PUT', path: path + student.pk, body } : { method: 'POST', path, body })
        if (answer.ok) await list()
        return answer
      },
      said: ({ data }) => `${fullName(data)} is kept as number ${data.pk}.`,
      others: student && h('button', { type: 'button', onclick: () => edit() }, 'Add another'),
    }))
    editor.querySelector('input').focus()
  }

  edit()
  return h('section', { class: 'card' }, heading,
    h('p', null, 'A small resource to read and write. Every row is kept in the database.'),
    h('div', { class: 'actions' }, h('button', { type: 'button', onclick: list }, `GET ${path}`)),
    rows, editor)
}
