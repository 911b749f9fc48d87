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

// announce tells people who listen to the page.
export function announce(text) {
  document.getElementById('announce').textContent = text
}
