/** How graphql-js ends a complaint about a variable; each holds names of the schema alone. */
const endings = [
  /Field "\w+" is not defined by type "\w+"\.$/,
  /Field "\w+" of required type "[\w![\]]+" was not provided\.$/,
  /Expected non-nullable type "[\w![\]]+" not to be null\.$/,
  /Expected type "\w+" to be an object\.$/,
  /DateTime must be an instant such as [\w:-]+\.$/,
];

/**
 * A complaint of graphql-js without the values that it repeats. One typing mistake beside a client secret or a password
 * would otherwise send the whole input back, and into whatever keeps the answer.
 */
export function withoutValues(message: string): string {
  const variable = /^Variable "(\$\w+)" got invalid value /.exec(message)?.[1];
  if (variable === undefined) return cutAtValue(message);
  const place = / at "([\w.[\]]+)"; /.exec(message)?.[1];
  const where = place === undefined ? '' : ` at "${place}"`;
  return `Variable "${variable}" got an invalid value${where}: ${complaintIn(message)}`;
}

function complaintIn(message: string): string {
  const known = endings.map((ending) => ending.exec(message)?.[0]).find((found) => found !== undefined);
  if (known !== undefined) return known;
  const kind = /; (\w+|Enum "\w+") cannot represent [a-z0-9 -]*value/.exec(message)?.[0].slice(2);
  const missing = /does not exist in "\w+" enum\.$/.exec(message)?.[0];
  return missing === undefined ? `${kind ?? 'it is not what is expected there'}.` : `the value ${missing}`;
}

/** The same for what stands in the document itself. */
function cutAtValue(message: string): string {
  return message
    .replace(/( cannot represent [a-z0-9 -]*value): .*$/s, '$1.')
    .replace(/^(Expected value of type "[\w![\]]+"), found .*$/s, '$1.')
    .replace(/^Value ".*" (does not exist in "\w+" enum\.)$/s, 'The value $1');
}
