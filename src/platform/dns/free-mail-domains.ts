/**
 * Domains whose addresses anyone can have, so that no organization speaks for them: free mailboxes, and the mail of access
 * providers. These are the well-known ones; disposable addresses are in a list of their own.
 * One that is missing here is still out of reach: only the provider can publish the record that proves it.
 */
// prettier-ignore
export const freeMailDomains: ReadonlySet<string> = new Set([
  // Free mailboxes
  'gmail.com', 'googlemail.com', 'outlook.com', 'outlook.fr', 'outlook.de', 'hotmail.com', 'hotmail.co.uk', 'hotmail.fr',
  'live.com', 'msn.com', 'yahoo.com', 'yahoo.co.uk', 'yahoo.co.jp', 'yahoo.co.in', 'yahoo.fr', 'yahoo.de', 'ymail.com',
  'rocketmail.com', 'aol.com', 'icloud.com', 'me.com', 'mac.com', 'proton.me', 'protonmail.com', 'pm.me', 'gmx.com',
  'gmx.net', 'gmx.de', 'web.de', 'mail.com', 'mail.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'rambler.ru', 'yandex.com',
  'yandex.ru', 'ya.ru', 'zohomail.com', 'fastmail.com', 'fastmail.fm', 'hey.com', 'hushmail.com', 'tutanota.com',
  'tuta.com', 'tuta.io', 'qq.com', 'foxmail.com', '163.com', '126.com', 'sina.com', 'naver.com', 'hanmail.net',
  'rediffmail.com', 'seznam.cz', 'wp.pl', 'libero.it', 'uol.com.br',
  // Access providers
  'comcast.net', 'verizon.net', 'att.net', 'btinternet.com', 't-online.de', 'orange.fr', 'free.fr', 'laposte.net',
]);
