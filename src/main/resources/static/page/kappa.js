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
