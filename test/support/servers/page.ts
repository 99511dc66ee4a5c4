const style = `
  :root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404a); --quiet: light-dark(#5b6472, #a3acba); --main: #3257d0; }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 3rem 1rem; font: 1rem/1.5 system-ui, sans-serif;
         background: light-dark(#f4f5f8, #15181d); color: light-dark(#1a1e26, #e8ebf0); }
  main { max-width: 26rem; margin: 0 auto; padding: 2rem; border: 1px solid var(--line); border-radius: 12px;
         background: light-dark(#fff, #1d2128); }
  main.wide { max-width: 48rem; }
  h1 { margin: 0 0 .5rem; font-size: 1.4rem; } h2 { margin: 0; font-size: 1rem; }
  p { margin: 0 0 1rem; } .quiet { color: var(--quiet); font-size: .9rem; }
  form { margin: 0; } button, input { width: 100%; font: inherit; padding: .7rem 1rem; border-radius: 8px; }
  button { display: block; margin: 0 0 .6rem; text-align: left; cursor: pointer; border: 1px solid var(--line);
           background: transparent; color: inherit; }
  button small { display: block; color: var(--quiet); }
  button.first { background: var(--main); border-color: var(--main); color: #fff; } button.first small { color: #dfe6ff; }
  button:hover { border-color: var(--main); } :focus-visible { outline: 3px solid #7c9bff; outline-offset: 2px; }
  label { display: block; margin: 1.2rem 0 .3rem; } input { border: 1px solid var(--line); margin: 0 0 .6rem;
          background: transparent; color: inherit; }
  article { padding: 1.2rem 0; border-top: 1px solid var(--line); }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .6rem 0 0; }
  a { color: light-dark(#2746ad, #9db4ff); } [role=alert] { color: light-dark(#a32020, #ff9d9d); }
`;

export interface Page {
  readonly title: string;
  /** HTML, already escaped. */
  readonly body: string;
  readonly width?: 'narrow' | 'wide';
}

/** A whole page that works without JavaScript and asks for nothing from elsewhere. */
export function page({ title, body, width = 'narrow' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main class="${width}">
${body}
</main></body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

export function unescapeHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => {
    return Object.keys(entities).find((character) => entities[character] === entity) ?? entity;
  });
}
