import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionType } from '../../platform/graphql/connection.js';
import { ApiKey } from '../api-key.graphql.js';
import type { ApiKey as ApiKeyFacts } from '../api-key.types.js';
import { staleKeyReasons, type StaleKeyReason as Reason } from './staleness.js';

export const StaleKeyReason = Object.fromEntries(staleKeyReasons.map((reason) => [reason, reason])) as {
  readonly [Name in Reason]: Name;
};

registerEnumType(StaleKeyReason, {
  name: 'StaleKeyReason',
  description: 'Why a key is worth a look.',
  valuesMap: {
    NEVER_USED: { description: 'It was made 90 days ago or earlier, and never used.' },
    UNUSED: { description: 'Nobody has used it for 90 days.' },
    ROTATION_DUE: { description: 'It is older than keys should get (`API_KEY_ROTATION_DAYS`), and was not rotated.' },
    EXPIRES_SOON: { description: 'It ends within 14 days, and has no successor.' },
    PREDECESSOR_STILL_USED: {
      description: 'It was rotated, and is used still: somebody has not changed over to its successor.',
    },
  },
});

@ObjectType({ description: 'A key in use that somebody should look at.' })
export class StaleApiKey {
  @Field(() => ApiKey, { description: 'The key.' })
  apiKey!: ApiKeyFacts;

  @Field(() => [StaleKeyReason], { description: 'Why; at least one.' })
  reasons!: readonly Reason[];

  @Field(() => Date, {
    nullable: true,
    description: 'When it is old enough to be rotated; null: it was, or keys need not be here.',
  })
  rotationDueAt!: Date | null;
}

export const StaleApiKeyConnection = connectionType(StaleApiKey, 'StaleApiKey');
