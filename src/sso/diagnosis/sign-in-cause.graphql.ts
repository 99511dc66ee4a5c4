import { registerEnumType } from '@nestjs/graphql';
import { signInCauses, type SignInCauseCode as Code } from './sign-in-causes.js';

const codes = Object.keys(signInCauses) as Code[];

export const SignInCauseCode = Object.fromEntries(codes.map((code) => [code, code])) as { [C in Code]: C };

registerEnumType(SignInCauseCode, {
  name: 'SignInCauseCode',
  description: 'Why a sign-in through a connection failed.',
  valuesMap: Object.fromEntries(codes.map((code) => [code, { description: signInCauses[code].explanation }])),
});
