import { z } from 'zod';

/** What the token endpoint says: an error comes with 200, too. A token of another type would be used in another way. */
export const grantAnswer = z.union([
  z.object({ error: z.string() }),
  z.object({ access_token: z.string().min(1), token_type: z.string().regex(/^bearer$/i) }),
]);

/** Of `GET /user`. The number is the account, for ever; the login may change hands. */
export const userAnswer = z.object({
  id: z.int().positive(),
  login: z.string().min(1),
  name: z.string().nullish(),
});

/** Of `GET /user/emails`: all addresses of the account, at most one of them primary. */
export const listedEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

export type ListedEmail = z.output<typeof listedEmails>[number];
