import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import {
  entryWays,
  type AffectedKey,
  type AffectedMember,
  type EnforcementImpact,
  type EntryWay,
} from './enforcement-impact.types.js';

export const SsoEntryWay = Object.fromEntries(entryWays.map((way) => [way, way])) as { [W in EntryWay]: W };

registerEnumType(SsoEntryWay, {
  name: 'SsoEntryWay',
  description: 'How a member would come in once single sign-on is enforced.',
  valuesMap: {
    SSO: { description: 'By a connection that speaks for the domain of their address.' },
    EXCEPTION: { description: 'As before: an owner has granted them an exception.' },
    BREAK_GLASS: { description: 'Past it, as a named owner with a second factor, and never quietly.' },
    NONE: { description: 'Not at all. Grant an exception, or prove their domain and add it to a connection.' },
  },
});

@ObjectType({ description: 'A member for whom enforcement would be more than another way to sign in.' })
export class SsoImpactMember implements AffectedMember {
  @Field(() => ID, { description: 'Of the user.' })
  userId!: string;

  @Field(() => String, { description: 'Their address.' })
  email!: string;

  @Field(() => String, { description: 'Their name.' })
  name!: string;

  @Field(() => Role, { description: 'In the organization.' })
  role!: BuiltInRole;

  @Field(() => SsoEntryWay, { description: 'How they would come in.' })
  way!: EntryWay;

  @Field(() => Boolean, { description: 'Whether they have signed in by a connection of the organization before.' })
  hasSignedInBySso!: boolean;
}

@ObjectType({ description: 'A key that was created by somebody who would not come in any more. It works on.' })
export class SsoImpactKey implements AffectedKey {
  @Field(() => ID, { description: 'Of the key.' })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its public half.' })
  publicKey!: string;

  @Field(() => ID, { description: 'The user who created it.' })
  createdBy!: string;
}

@ObjectType({ description: 'What enforcing a connection would mean, at this moment.' })
export class SsoEnforcementImpact implements EnforcementImpact {
  @Field(() => Int, { description: 'Members, without those who were deactivated.' })
  members!: number;

  @Field(() => Int, { description: 'Who would come in by single sign-on.' })
  bySso!: number;

  @Field(() => Int, { description: 'Who would come in by an exception.' })
  byException!: number;

  @Field(() => Int, { description: 'Owners who would come in by breaking the glass alone.' })
  byBreakGlass!: number;

  @Field(() => Int, { description: 'Who would come in no more.' })
  lockedOut!: number;

  @Field(() => Int, { description: 'Of those by single sign-on: who have not used it yet.' })
  newToSso!: number;

  @Field(() => Int, {
    description:
      'Owners who would come in, by whatever way. Zero: whoever enforces it needs to be one, or ends alone outside.',
  })
  ownersLeft!: number;

  @Field(() => Int, { description: 'Sessions that would end: of people of the domains who came in another way.' })
  sessionsEnded!: number;

  @Field(() => Int, { description: 'Keys in use that were created by those who are locked out. They work on.' })
  keysOfLockedOut!: number;

  @Field(() => [SsoImpactMember], {
    description: 'Everybody who is not simply to use single sign-on, those who are locked out first; 100 at the most.',
  })
  people!: readonly SsoImpactMember[];

  @Field(() => [SsoImpactKey], { description: 'Those keys; 100 at the most.' })
  keys!: readonly SsoImpactKey[];
}
