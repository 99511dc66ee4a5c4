import { registerEnumType } from '@nestjs/graphql';
import { errorCodes, errorCatalogue, type ErrorCode } from '../errors/app-error.js';

/** The catalogue of codes as a GraphQL enum, each described by the words that a caller reads. */
export const ErrorCodeEnum = Object.fromEntries(errorCodes.map((code) => [code, code])) as {
  [Code in ErrorCode]: Code;
};

registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description: 'What `extensions.code` of an error can be.',
  valuesMap: Object.fromEntries(errorCodes.map((code) => [code, { description: errorCatalogue[code].message }])),
});
