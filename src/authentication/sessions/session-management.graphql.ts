import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Session } from '../../sessions/session.graphql.js';
import type { SessionDetails } from '../../sessions/session.types.js';

@InputType({ description: 'Which session to end.' })
export class RevokeSessionInput extends MutationInput {
  @Field(() => ID, { description: 'The session. The audit trail has it under `signIn.succeeded`.' })
  @IsString()
  sessionId!: string;
}

@ObjectType({ description: 'What ending a session gives.' })
export class RevokeSessionPayload {
  @Field(() => Session, { description: 'The session as it was.' })
  session!: SessionDetails;
}

@InputType({ description: 'Whose sessions to end.' })
export class RevokeAllSessionsInput extends MutationInput {
  @Field(() => ID, { description: 'The person. Their present session ends too, where it is one’s own.' })
  @IsString()
  userId!: string;
}

@ObjectType({ description: 'What ending all sessions of a person gives.' })
export class RevokeAllSessionsPayload {
  @Field(() => Int, { description: 'How many have ended.' })
  revokedCount!: number;
}

@InputType({ description: 'Ends every session of the caller but the present one.' })
export class RevokeOtherSessionsInput extends MutationInput {}

@ObjectType({ description: 'What ending one’s other sessions gives.' })
export class RevokeOtherSessionsPayload {
  @Field(() => Int, { description: 'How many have ended.' })
  revokedCount!: number;
}
