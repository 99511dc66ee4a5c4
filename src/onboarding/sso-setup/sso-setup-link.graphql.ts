import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { Domain } from '../../organizations/domains/domain.graphql.js';
import type { Domain as DomainFacts } from '../../organizations/domains/domain.types.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import {
  ssoSetupLinkStates,
  type NewSsoSetupLink,
  type SsoSetupLink as LinkFacts,
  type SsoSetupLinkState as State,
} from './sso-setup-link.types.js';

export const SsoSetupLinkState = Object.fromEntries(ssoSetupLinkStates.map((state) => [state, state])) as {
  [S in State]: S;
};

registerEnumType(SsoSetupLinkState, {
  name: 'SsoSetupLinkState',
  description: 'Whether a setup link opens.',
  valuesMap: {
    ACTIVE: { description: 'It opens the setup pages.' },
    EXPIRED: { description: 'Its time is over.' },
    REVOKED: { description: 'It was withdrawn.' },
  },
});

@ObjectType({
  description:
    'A link for somebody without an account, such as a customer’s IT staff: to add a domain’s DNS record, fill in the form of ' +
    'the identity provider, and run a test. Its address is shown once, when it is made.',
})
export class SsoSetupLink implements Omit<LinkFacts, 'organizationId'> {
  @Field(() => ID, { description: 'Opaque and stable. The trail names the link by it as the actor.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'For whom it is.' })
  note!: string | null;

  @Field(() => Domain, {
    nullable: true,
    description: 'The one domain that it is for; null: for those that are added by it.',
  })
  domain!: DomainFacts | null;

  @Field(() => SsoSetupLinkState, { description: 'Whether it opens.' })
  state!: State;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it stops opening.' })
  expiresAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When somebody last came by it.' })
  lastUsedAt!: Date | null;

  @Field(() => Int, { description: 'How many requests came by it.' })
  useCount!: number;

  @Field(() => String, { description: 'Who made it, as the trail knows them: an email, a public key.' })
  createdBy!: string;
}

@InputType({ description: 'Whom to let set single sign-on up, and for how long.' })
export class CreateSsoSetupLinkInput extends MutationInput implements NewSsoSetupLink {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The one domain that it is for, proven or not. Left out: whoever has the link adds a domain.',
  })
  @IsOptional()
  @IsString()
  domainId?: string | null;

  @Field(() => String, { nullable: true, description: 'For whom it is, as the trail shall tell it: "IT of Acme".' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  note?: string | null;

  @Field(() => Int, { nullable: true, description: 'For how many days it opens: 1 to 30; 7 unless given.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(30)
  expiresInDays?: number | null;

  @Field(() => String, { nullable: true, description: 'One email address, to which it is mailed besides.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  sendTo?: string | null;
}

@ObjectType({ description: 'What making a setup link gives.' })
export class CreateSsoSetupLinkPayload {
  @Field(() => SsoSetupLink, { description: 'The link.' })
  setupLink!: SsoSetupLink;

  @Field(() => String, {
    nullable: true,
    description: 'Its address, for whoever is to do the work and nobody else; shown this once.',
  })
  url!: string | null;
}

@InputType({ description: 'The setup link to withdraw.' })
export class RevokeSsoSetupLinkInput extends MutationInput {
  @Field(() => ID, { description: 'The setup link.' })
  @IsString()
  setupLinkId!: string;
}

@ObjectType({ description: 'What withdrawing a setup link gives.' })
export class RevokeSsoSetupLinkPayload {
  @Field(() => SsoSetupLink, { description: 'The link as it is now.' })
  setupLink!: SsoSetupLink;
}
