/** Of a message or a description, in bytes. Sizes beyond it are refused before anything is read. */
export const MOST_BYTES = 256 * 1024;

/** More than any identity provider needs, such as two thousand groups; and few enough to be verified in half a second. */
const most = { tags: 5_000, comments: 500, attributes: 8_000, attributesOfOne: 64, depth: 32 };

/** Each part begins in its own way, so that the match takes time in proportion to the length, whatever is in there. */
const tag = /<(\/?)[^\s<>"'/!?=](?:[^<>"']|"[^"<]*"|'[^'<]*')*>/y;

const encodings = /^(utf-?8|us-ascii)$/i;

/**
 * Looks at XML before a parser does. A document type is what entities, their bombs and their fetching of files need, and
 * nothing that we read has one; a processing instruction has no meaning here, but one may hide what a signature covers.
 * @param xml without its declaration
 * @returns what is wrong with it, in words that go after "it has"; null where it may be parsed
 */
export function refusedUnparsed(xml: string): string | null {
  // Characters that XML has no place for (XML 1.0, 2.2).
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(xml)) return 'a control character';
  let [tags, comments, attributes, depth] = [0, 0, 0, 0];
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at)) {
    if (xml.startsWith('<!--', at)) {
      at = xml.indexOf('-->', at + 4);
      if (at === -1) return 'a comment without an end';
      if (++comments > most.comments) return 'too many comments';
      continue;
    }
    if (xml.startsWith('<!', at)) return 'a document type, an entity or a CDATA section';
    if (xml.startsWith('<?', at)) return 'a processing instruction';
    tag.lastIndex = at;
    const match = tag.exec(xml);
    if (!match) return 'a tag that is none';
    const [text, closing] = match;
    at = tag.lastIndex;
    if (closing === '/') depth -= 1;
    else if (!text.endsWith('/>')) depth += 1;
    const ownAttributes = Math.floor(text.split(/["']/).length / 2);
    attributes += ownAttributes;
    if (++tags > most.tags) return 'too many elements';
    if (depth > most.depth) return 'elements too deep within each other';
    if (ownAttributes > most.attributesOfOne || attributes > most.attributes) return 'too many attributes';
  }
  return null;
}

/**
 * The document after its XML declaration, with the line ends that every parser makes of it (XML 1.0, 2.11).
 * @returns null for one that is not in UTF-8, by its own word
 */
export function withoutDeclaration(text: string): string | null {
  const [declaration = '', encoding = 'utf-8'] =
    /^\ufeff?\s*<\?xml\s(?:[^?<>]*?\sencoding\s*=\s*["']([\w.-]+)["'])?[^?<>]*\?>/.exec(text) ?? [];
  if (!encodings.test(encoding)) return null;
  return text
    .slice(declaration.length)
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .trim();
}
