import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../platform/errors/app-error.js';
import { meets, parseFilter } from './filter.js';

const eq = (attrPath: string, compValue: unknown = 'x') => ({ op: 'eq', attrPath, compValue });

/** How SCIM calls what was refused. */
function refusal(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.facts.scimType;
    throw error;
  }
  return 'nothing was refused';
}

describe('a filter (RFC 7644, 3.4.2.2)', () => {
  it.each(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'EQ', 'Sw'])('compares by %s', (op) => {
    expect(parseFilter(`userName ${op} "x"`)).toEqual({ op: op.toLowerCase(), attrPath: 'userName', compValue: 'x' });
  });

  it('reads the values of JSON, and presence', () => {
    expect(parseFilter('title pr')).toEqual({ op: 'pr', attrPath: 'title' });
    const values = ['true', 'false', 'null', '5', '-1.5e3', '""'].map((text) => parseFilter(`a eq ${text}`));
    expect(values).toEqual([true, false, null, 5, -1500, ''].map((value) => eq('a', value)));
  });

  it.each([
    [String.raw`"CORP\\ada"`, String.raw`CORP\ada`],
    [String.raw`"ends\\"`, 'ends\\'],
    [String.raw`"say \"hi\""`, 'say "hi"'],
    [String.raw`"tab\there"`, 'tab\there'],
    [String.raw`"\u00e4"`, 'ä'],
    [String.raw`"CORP\ada"`, String.raw`CORP\ada`],
    ['"two\nlines"', 'two\nlines'],
    [`"') or (1=1"`, `') or (1=1`],
  ])('reads the text %s as JSON has it, and a backslash that JSON would not have as itself', (text, expected) => {
    expect(parseFilter(`userName eq ${text} and b pr`)).toEqual({
      op: 'and',
      filters: [eq('userName', expected), { op: 'pr', attrPath: 'b' }],
    });
  });

  it('binds not before and, and before or, and brackets before all', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ op: 'pr', attrPath: name }));
    expect(parseFilter('a pr or b pr and c pr')).toEqual({ op: 'or', filters: [a, { op: 'and', filters: [b, c] }] });
    expect(parseFilter('a pr and b pr or c pr')).toEqual({ op: 'or', filters: [{ op: 'and', filters: [a, b] }, c] });
    expect(parseFilter('(a pr or b pr) and c pr')).toEqual({ op: 'and', filters: [{ op: 'or', filters: [a, b] }, c] });
    expect(parseFilter('not (a pr) and b pr')).toEqual({ op: 'and', filters: [{ op: 'not', filter: a }, b] });
    expect(parseFilter('NOT (a pr OR b pr)')).toEqual({ op: 'not', filter: { op: 'or', filters: [a, b] } });
  });

  it('chooses among several values, with a part of what it has chosen behind it', () => {
    const chosen = { op: '[]', attrPath: 'emails', valFilter: eq('type', 'work') };
    expect(parseFilter('emails[type eq "work"]')).toEqual(chosen);
    expect(parseFilter('emails[type eq "work"].value eq "x"')).toEqual({
      op: 'and',
      filters: [chosen, eq('emails.value')],
    });
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';
    expect(parseFilter(`${urn} eq "x"`)).toEqual(eq(urn));
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq x',
    'userName is "x"',
    'userName eq "x',
    'userName eq "x" and',
    'userName eq "x" "y"',
    '(userName eq "x"',
    'userName eq "x")',
    'emails[type eq "work"',
    'a eq {"b":1}',
    '"userName" eq "x"',
    'a; drop table users',
    "a eq 'x'",
  ])('is not %j', (text) => {
    expect(refusal(() => parseFilter(text))).toBe('invalidFilter');
    expect(refusal(() => parseFilter(text, 'invalidPath'))).toBe('invalidPath');
  });

  it('is at most 2,000 characters long and 20 brackets deep, and more is refused at once', () => {
    const nested = (depth: number, open = '(', close = ')') => `${open.repeat(depth)}a pr${close.repeat(depth)}`;
    expect(parseFilter(nested(20))).toEqual({ op: 'pr', attrPath: 'a' });
    expect(parseFilter(`a eq "${'('.repeat(1900)}"`)).toEqual(eq('a', '('.repeat(1900)));
    expect(parseFilter(Array.from({ length: 100 }, () => 'not (a pr)').join(' or '))).toMatchObject({ op: 'or' });
    const hostile = [
      nested(21),
      nested(999),
      nested(10_000),
      nested(300, 'not (', ')'),
      nested(490, 'not ', ''),
      'a['.repeat(900),
      `a eq "${'\\'.repeat(1990)}`,
      `a pr${' and a pr'.repeat(300)}`,
      `a eq "${'x'.repeat(2000)}"`,
    ];
    const start = performance.now();
    expect(hostile.map((text) => refusal(() => parseFilter(text)))).toEqual(hostile.map(() => 'invalidFilter'));
    expect(performance.now() - start).toBeLessThan(50);
  });

  it('is read or refused, whatever it is', () => {
    const word = fc.constantFrom(
      'a',
      'eq',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '].',
      '"x"',
      '"\\',
      '5',
      'null',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (filter) => {
        expect(['nothing was refused', 'invalidFilter']).toContain(refusal(() => parseFilter(filter)));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives any text back as JSON wrote it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(parseFilter(`a eq ${JSON.stringify(text)}`)).toEqual(eq('a', text));
      }),
    );
  });
});

describe('a value of several', () => {
  const email = { value: 'Ada@Example.test', type: 'work', primary: true };

  it.each([
    ['type eq "WORK"', true],
    ['TYPE eq "home"', false],
    ['type ne "home"', true],
    ['type ne "Work"', false],
    ['value co "EXAMPLE"', true],
    ['value co "other"', false],
    ['value sw "ada"', true],
    ['value sw "example"', false],
    ['value ew ".TEST"', true],
    ['value ew "ada"', false],
    ['primary eq true', true],
    ['primary eq "True"', true],
    ['primary eq false', false],
    ['primary ne "False"', true],
    ['value pr', true],
    ['display pr', false],
    ['display eq null', true],
    ['display eq "x"', false],
    ['display ne "x"', true],
    ['display co "x"', false],
    ['not (type eq "home")', true],
    ['type eq "work" and primary eq false', false],
    ['type eq "home" or primary eq true', true],
    ['constructor pr', false],
    ['__proto__ pr', false],
  ])('meets %s: %s', (text, expected) => {
    expect(meets(email, parseFilter(text))).toBe(expected);
  });

  it.each(['value gt "a"', 'value[type eq "work"]'])('can’t be chosen by %s', (text) => {
    expect(refusal(() => meets(email, parseFilter(text)))).toBe('invalidPath');
  });
});
