// Makes elements. Text is always text: nothing here reads HTML.

// h returns an element. Of props, functions are listeners (onclick), dataset and booleans are what they look like, and
// the rest are attributes. Children that are null or false are left out.
export function h(name, props, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(props ?? {})) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value)
    else if (key === 'dataset') Object.assign(element.dataset, value)
    else if (value === true) element.setAttribute(key, '')
    else if (value !== false && value != null) element.setAttribute(key, value)
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false))
  return element
}

// show puts children into the place of what is in element.
export function show(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false))
}

const linesKept = 8

// announce tells people who listen to the page. Every text is a line of its own in a log: none takes another's place before
// it is heard.
export function announce(text) {
  const log = document.getElementById('announce')
  log.append(h('p', null, text))
  while (log.childElementCount > linesKept) log.firstElementChild.remove()
}

// goTo puts the focus on a heading, from where listeners and the Tab key go on.
export function goTo(heading) {
  heading.tabIndex = -1
  heading.focus()
}
