import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../platform/errors/app-error.js';
import { parseFilter } from './filter.js';
import { conditionOf, type SearchableAttributes } from './search.js';

const attributes: SearchableAttributes = {
  id: { kind: 'text', sql: 't.id', caseExact: true },
  username: { kind: 'text', sql: 't.name', found: (wanted) => `t.id in (select of ${wanted})` },
  'name.givenname': { kind: 'text', sql: 't.given' },
  active: { kind: 'boolean', sql: 't.active' },
  'meta.created': { kind: 'moment', sql: 't.created' },
  emails: {
    kind: 'many',
    from: 'emails e where e.of = t.id',
    of: { value: { kind: 'text', sql: 'e.value' }, primary: { kind: 'boolean', sql: 'e.first' } },
  },
};

const asked = (text: string) => conditionOf(parseFilter(text), attributes, ['org', []]);
/** The statement’s own two parameters, and those of the condition. */
const condition = (sql: string, ...parameters: readonly unknown[]) => ({ sql, parameters: ['org', [], ...parameters] });

/** How SCIM calls what was refused. */
function refusal(text: string): unknown {
  try {
    asked(text);
  } catch (error) {
    if (error instanceof AppError) return error.facts.scimType;
    throw error;
  }
  return 'nothing was refused';
}

describe('a filter’s condition in SQL', () => {
  it.each([
    ['userName eq "Ada"', '(lower(t.name) = lower($3::text) and t.id in (select of lower($3::text)))'],
    ['userName ne "Ada"', 'lower(t.name) is distinct from lower($3::text)'],
    ['userName co "Ada"', 'strpos(lower(t.name), lower($3::text)) > 0'],
    ['userName sw "Ada"', 'starts_with(lower(t.name), lower($3::text))'],
    ['userName ew "Ada"', 'right(lower(t.name), length(lower($3::text))) = lower($3::text)'],
    ['userName gt "Ada"', 'lower(t.name) > lower($3::text)'],
    ['userName ge "Ada"', 'lower(t.name) >= lower($3::text)'],
    ['userName lt "Ada"', 'lower(t.name) < lower($3::text)'],
    ['userName le "Ada"', 'lower(t.name) <= lower($3::text)'],
    ['id eq "Ada"', 't.id = $3::text'],
    ['id co "Ada"', 'strpos(t.id, $3::text) > 0'],
    ['NAME.GIVENNAME eq "Ada"', 'lower(t.given) = lower($3::text)'],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:name.givenName sw "Ada"',
      'starts_with(lower(t.given), lower($3::text))',
    ],
    ['emails eq "Ada"', 'exists (select from emails e where e.of = t.id and lower(e.value) = lower($3::text))'],
    ['emails.value eq "Ada"', 'exists (select from emails e where e.of = t.id and lower(e.value) = lower($3::text))'],
    ['emails[value eq "Ada"]', 'exists (select from emails e where e.of = t.id and lower(e.value) = lower($3::text))'],
  ])('of %s', (text, sql) => {
    expect(asked(text)).toEqual(condition(sql, 'Ada'));
  });

  it.each([
    ['userName pr', 't.name is not null'],
    ['userName eq null', 't.name is null'],
    ['userName ne null', 't.name is not null'],
    ['emails pr', 'exists (select from emails e where e.of = t.id and e.value is not null)'],
    ['emails.value pr', 'exists (select from emails e where e.of = t.id and e.value is not null)'],
    ['emails[value pr]', 'exists (select from emails e where e.of = t.id and e.value is not null)'],
    ['not (userName pr)', 'not coalesce(t.name is not null, false)'],
  ])('of %s, with nothing to bind', (text, sql) => {
    expect(asked(text)).toEqual(condition(sql));
  });

  it.each([
    ['active eq true', 't.active is not distinct from $3::boolean', true],
    ['active eq "False"', 't.active is not distinct from $3::boolean', false],
    ['active ne true', 't.active is distinct from $3::boolean', true],
    [
      'emails[primary eq "TRUE"]',
      'exists (select from emails e where e.of = t.id and e.first is not distinct from $3::boolean)',
      true,
    ],
  ])('of the boolean in %s', (text, sql, value) => {
    expect(asked(text)).toEqual(condition(sql, value));
  });

  it.each([
    ['eq', '='],
    ['ne', '<>'],
    ['gt', '>'],
    ['ge', '>='],
    ['lt', '<'],
    ['le', '<='],
  ])('of a moment, by %s, in the milliseconds of an answer', (op, sql) => {
    expect(asked(`meta.created ${op} "2026-01-31T12:00:00+01:00"`)).toEqual(
      condition(`date_trunc('milliseconds', t.created) ${sql} $3::timestamptz`, new Date('2026-01-31T11:00:00Z')),
    );
  });

  it('puts its parts together as they are bound', () => {
    const all = 'not (id eq "1" or active eq true) and emails[value sw "a" or primary eq true] or userName pr';
    expect(asked(all)).toEqual(
      condition(
        '((not coalesce((t.id = $3::text or t.active is not distinct from $4::boolean), false) and ' +
          'exists (select from emails e where e.of = t.id and ' +
          '(starts_with(lower(e.value), lower($5::text)) or e.first is not distinct from $6::boolean))) or t.name is not null)',
        '1',
        true,
        'a',
        true,
      ),
    );
  });

  it('has of what a caller sends nothing but parameters in it', () => {
    const hostile = [`'; drop table users; --`, `" or 1=1`, '$1', '%_', "\\'", '){}'];
    for (const value of hostile) {
      for (const op of ['eq', 'co', 'sw', 'ew', 'gt']) {
        const { sql, parameters } = asked(`userName ${op} ${JSON.stringify(value)}`);
        expect(sql).toBe(asked(`userName ${op} "x"`).sql);
        expect(parameters).toEqual(['org', [], value]);
      }
    }
    fc.assert(
      fc.property(fc.string(), (value) => {
        if (/\0|\p{Cs}/u.test(value)) return;
        expect(asked(`emails[value ew ${JSON.stringify(value)}]`)).toEqual({
          ...asked('emails[value ew "x"]'),
          parameters: ['org', [], value],
        });
      }),
    );
  });

  it.each([
    'password eq "x"',
    'name eq "x"',
    'name.familyName eq "x"',
    'emails.nothing eq "x"',
    'emails[nothing eq "x"]',
    'emails[emails[value eq "x"]]',
    'userName[value eq "x"]',
    'userName.value eq "x"',
    '__proto__ pr',
    'constructor eq "x"',
    'emails.constructor pr',
    'toString.name pr',
    'urn:example:other:2.0:User:userName eq "x"',
    'userName eq 5',
    'userName eq true',
    'userName co null',
    'userName eq "a\\u0000b"',
    'userName eq "\\ud800"',
    'active eq 1',
    'active eq null',
    'active gt true',
    'active co "tru"',
    'emails.primary gt true',
    'meta.created eq "yesterday"',
    'meta.created eq 2026',
    'meta.created co "2026-01-31"',
    'meta.created gt "2026-13-41T00:00:00Z"',
    'meta.created gt "2026-01-31T12:00:00; select 1"',
  ])('refuses %s', (text) => {
    expect(refusal(text)).toBe('invalidFilter');
  });
});
