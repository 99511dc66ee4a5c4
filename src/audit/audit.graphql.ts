import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { connectionType } from '../platform/graphql/connection.js';
import { Json } from '../platform/graphql/json.scalar.js';
import type { ActorKind } from '../policy/actor.js';
import type { AuditFacts, AuditOutcome as Outcome } from './audit-event.types.js';

export const AuditOutcome = { SUCCEEDED: 'SUCCEEDED', REFUSED: 'REFUSED' } as const;

registerEnumType(AuditOutcome, {
  name: 'AuditOutcome',
  description: 'How it ended.',
  valuesMap: { SUCCEEDED: { description: 'It was done.' }, REFUSED: { description: 'It was asked for and refused.' } },
});

@ObjectType({ description: 'Who did it.' })
export class AuditActor {
  @Field(() => String, {
    description: '`user`, `apiKey`, `setupLink`, `scimToken`, `administrator`, `system` or `anonymous`.',
  })
  kind!: ActorKind;

  @Field(() => ID, { description: 'The id of the user, key, setup link or SCIM token; the kind for the others.' })
  id!: string;

  @Field(() => String, {
    description: 'What a reader recognises: an email, a public key, for whom a link is, a token’s name.',
  })
  label!: string;
}

@ObjectType({ description: 'One entry of an audit trail. Entries are never changed or removed.' })
export class AuditEvent {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => Int, { description: 'Its number in this trail: 1, 2, 3, with no gap.' })
  sequence!: number;

  @Field(() => Date, { description: 'When it was recorded.' })
  occurredAt!: Date;

  @Field(() => AuditActor, { description: 'Who did it.' })
  actor!: AuditActor;

  @Field(() => String, { description: 'What was done, as thing.verb: `apiKey.created`.' })
  action!: string;

  @Field(() => String, { description: 'The kind of thing that it was done to.' })
  resourceType!: string;

  @Field(() => ID, { nullable: true, description: 'The thing that it was done to.' })
  resourceId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The project that it concerns, if one.' })
  projectId!: string | null;

  @Field(() => Json, { nullable: true, description: 'What changed, as it was before.' })
  before!: AuditFacts | null;

  @Field(() => Json, { nullable: true, description: 'What changed, as it was afterwards; why, for a refusal.' })
  after!: AuditFacts | null;

  @Field(() => AuditOutcome, { description: 'How it ended.' })
  outcome!: Outcome;

  @Field(() => String, { nullable: true, description: 'The network address that the request came from.' })
  ip!: string | null;

  @Field(() => String, { nullable: true, description: 'The program that the request came from.' })
  userAgent!: string | null;

  @Field(() => String, { description: 'The `X-Request-Id` of the request.' })
  requestId!: string;

  @Field(() => String, { description: 'SHA-256 over this entry and the hash of the one before it, in hexadecimal.' })
  hash!: string;
}

export const AuditEventConnection = connectionType(AuditEvent, 'AuditEvent');

@ObjectType({ description: 'What computing the hashes of a trail anew has shown.' })
export class AuditTrailReport {
  @Field(() => Boolean, { description: 'Whether no entry was changed, removed, added or moved.' })
  intact!: boolean;

  @Field(() => Int, { description: 'How many entries of the trail, or of the period, were found unbroken.' })
  events!: number;

  @Field(() => Int, { nullable: true, description: 'The number of the first entry that does not fit.' })
  brokenAt!: number | null;
}

@InputType({ description: 'Which entries to show; each given field narrows it.' })
export class AuditEventFilter {
  @Field(() => String, { nullable: true, description: 'Only this action: `apiKey.created`.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  action?: string;

  @Field(() => ID, { nullable: true, description: 'Only what this user or key did.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  actorId?: string;

  @Field(() => ID, { nullable: true, description: 'Only what was done to this thing.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  resourceId?: string;

  @Field(() => AuditOutcome, { nullable: true, description: 'Only what ended like this.' })
  @IsOptional()
  @IsIn(Object.values(AuditOutcome))
  outcome?: Outcome;
}
