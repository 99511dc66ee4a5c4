import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import {
  diagnosisCodes,
  domainStatuses,
  type DiagnosisCode as Code,
  type Domain as DomainFacts,
  type DomainDiagnosis as DiagnosisFacts,
  type DomainStatus as Status,
} from './domain.types.js';

export const DomainStatus = Object.fromEntries(domainStatuses.map((status) => [status, status])) as {
  [S in Status]: S;
};

registerEnumType(DomainStatus, {
  name: 'DomainStatus',
  description: 'How far the proof of a domain has come.',
  valuesMap: {
    PENDING: { description: 'Claimed and not proven. Other organizations may claim it too.' },
    VERIFIED: { description: "Proven: this organization's, and no other's." },
    FAILING: {
      description: "Proven, but the record is no longer there. Still this organization's, until `lapsesAt`.",
    },
    LAPSED: {
      description: 'Was proven once; the record has been gone for seven days. Single sign-on by it is suspended.',
    },
  },
});

export const DomainDiagnosisCode = Object.fromEntries(diagnosisCodes.map((code) => [code, code])) as { [C in Code]: C };

registerEnumType(DomainDiagnosisCode, {
  name: 'DomainDiagnosisCode',
  description: 'What a look at the DNS record has shown.',
  valuesMap: {
    MATCHED: { description: 'The record is there.' },
    NOT_FOUND: { description: 'There is no such record.' },
    MISPLACED: {
      description: 'The record stands at another name: the one with the domain twice, or the domain itself.',
    },
    DIFFERENT: { description: 'There is a record, with another value.' },
    QUOTED: { description: 'There is a record, with the value in quotation marks.' },
    SPLIT: { description: 'The value is spread over several records.' },
    LOOKUP_FAILED: { description: 'DNS gave no usable answer. Nothing follows from it: try again later.' },
  },
});

@ObjectType({ description: 'What was found in DNS, and why it does not match.' })
export class DomainDiagnosis implements DiagnosisFacts {
  @Field(() => DomainDiagnosisCode, { description: 'What the look has shown.' })
  code!: Code;

  @Field(() => String, { description: 'The same for a person, with what to do about it.' })
  message!: string;

  @Field(() => String, { description: 'The name that was looked up.' })
  recordName!: string;

  @Field(() => String, { description: 'The value that one of its TXT records must have, exactly.' })
  expected!: string;

  @Field(() => [String], {
    description: 'The values that it has, invisible characters spelt out; the first 20, each cut at 300 characters.',
  })
  found!: readonly string[];

  @Field(() => [String], { description: 'The name servers that were asked, in turn.' })
  askedOf!: readonly string[];
}

@ObjectType({ description: 'A domain that an organization claims, or has proven to be its own.' })
export class Domain implements Omit<DomainFacts, 'organizationId'> {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'In lower case, without a trailing dot, other scripts as A-labels (`xn--…`).' })
  name!: string;

  @Field(() => DomainStatus, { description: 'How far its proof has come.' })
  status!: Status;

  @Field(() => Date, { nullable: true, description: 'When it was proven; null before.' })
  verifiedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'Since when its record is gone; null unless it is FAILING.' })
  failingSince!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When it lapses if its record stays away; null unless it is FAILING.',
  })
  lapsesAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When DNS was last asked; null before the first time.' })
  lastCheckedAt!: Date | null;

  @Field(() => String, { description: 'Where the TXT record that proves it must stand.' })
  recordName!: string;

  @Field(() => String, { description: 'What that record must hold, exactly. Not a secret.' })
  recordValue!: string;

  @Field(() => DomainDiagnosis, {
    nullable: true,
    description: 'What the last look at DNS has shown; null before the first.',
  })
  diagnosis!: DiagnosisFacts | null;
}

@InputType({ description: 'A domain to claim.' })
export class AddDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => String, {
    description: 'The domain, such as `example.com`. Case, spaces around and a trailing dot do not matter.',
  })
  @IsString()
  @MaxLength(1000)
  name!: string;
}

@ObjectType({ description: 'What claiming a domain gives.' })
export class AddDomainPayload {
  @Field(() => Domain, { description: 'The domain, with the record to publish.' })
  domain!: Domain;
}

@InputType({ description: 'The domain to look for in DNS.' })
export class VerifyDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The domain.' })
  @IsString()
  domainId!: string;
}

@ObjectType({ description: 'What looking for a domain in DNS gives.' })
export class VerifyDomainPayload {
  @Field(() => Domain, { description: 'The domain as it is now: `status` and `diagnosis` tell the outcome.' })
  domain!: Domain;
}

@InputType({ description: 'The domain to give up.' })
export class RemoveDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The domain.' })
  @IsString()
  domainId!: string;
}

@ObjectType({ description: 'What giving up a domain gives.' })
export class RemoveDomainPayload {
  @Field(() => Domain, { description: 'The domain as it was.' })
  domain!: Domain;
}
