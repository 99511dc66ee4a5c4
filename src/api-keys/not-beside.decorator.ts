import { ValidateBy } from 'class-validator';

/** Refuses a field that is given beside another, where one of the two is meant. */
export const NotBeside = (other: string): PropertyDecorator =>
  ValidateBy({
    name: 'notBeside',
    validator: {
      validate: (_value, context) =>
        ((context?.object as Record<string, unknown> | undefined)?.[other] ?? null) === null,
      defaultMessage: () => `give ${other} or $property, not both`,
    },
  });
