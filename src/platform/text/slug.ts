/**
 * A name in addresses, made from a name for people: `Acme GmbH & Co.` becomes `acme-gmbh-co-1a2b3c`.
 * The tail keeps two things of one name apart.
 */
export function slugOf(name: string, id: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '');
  const tail = id
    .replace(/[^a-z0-9]/gi, '')
    .slice(-6)
    .toLowerCase();
  return plain === '' ? tail : `${plain}-${tail}`;
}
