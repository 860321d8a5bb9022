'use strict';
// What the pages do with scripts beyond htmx; without them everything stays readable.

// Nobody looks at a hidden tab.
document.addEventListener('htmx:beforeRequest', event => {
  if (document.hidden && event.detail.requestConfig.verb === 'get') event.preventDefault();
});

for (const snippet of document.querySelectorAll('.snippet')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(snippet.querySelector('pre').textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  if (navigator.clipboard) snippet.append(button);
}

// A run that goes on says when there is something new; without that the page asks every few seconds.
const live = document.querySelector('[data-events]');
if (live) {
  const events = new EventSource(live.dataset.events);
  const waiting = new Set();
  const refresh = id => {
    if (waiting.has(id)) return;
    waiting.add(id);
    setTimeout(() => {
      waiting.delete(id);
      htmx.trigger(id, 'refresh');
    }, 200);
  };
  for (const type of ['state', 'progress']) events.addEventListener(type, () => refresh('#live'));
  events.addEventListener('partial', () => refresh('#results'));
  events.addEventListener('end', () => {
    events.close();
    refresh('#live');
  });
}
