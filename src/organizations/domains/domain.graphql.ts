import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import {
  diagnosisCodes,
  domainProofs,
  domainStatuses,
  type DiagnosisCode as Code,
  type Domain as DomainFacts,
  type DomainDiagnosis as DiagnosisFacts,
  type DomainLook as LookFacts,
  type DomainProof as Proof,
  type DomainStatus as Status,
  type DomainSuggestion as SuggestionFacts,
  type ProofPlace,
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

export const DomainProof = Object.fromEntries(domainProofs.map((proof) => [proof, proof])) as { [P in Proof]: P };

registerEnumType(DomainProof, {
  name: 'DomainProof',
  description: 'A way to prove a domain. One is enough; proof in DNS outranks a file.',
  valuesMap: {
    TXT: { description: 'A text record in DNS.' },
    CNAME: {
      description: 'An alias record in DNS, for zones whose panel has no text records or an alias in their way.',
    },
    FILE: { description: "A file on the domain's own web server, over https." },
  },
});

export const DomainDiagnosisCode = Object.fromEntries(diagnosisCodes.map((code) => [code, code])) as { [C in Code]: C };

registerEnumType(DomainDiagnosisCode, {
  name: 'DomainDiagnosisCode',
  description: 'What a look at a place of proof has shown.',
  valuesMap: {
    MATCHED: { description: 'The record or the file is there.' },
    NOT_FOUND: { description: 'There is no such record or file.' },
    MISPLACED: {
      description: 'The record stands at another name: the one with the domain twice, or the domain itself.',
    },
    ALIASED: { description: 'The name is an alias (CNAME) of another, so that it has no record of its own.' },
    DIFFERENT: { description: 'There is a record or a file, with another value.' },
    QUOTED: { description: 'There is a record, with the value in quotation marks.' },
    SPLIT: { description: 'The value is spread over several records.' },
    LOOKUP_FAILED: {
      description: 'DNS, or the web server, gave no usable answer. Nothing follows from it: try again later.',
    },
  },
});

@ObjectType({ description: 'What to publish for one of the proofs of a domain.' })
export class DomainVerificationRecord implements ProofPlace {
  @Field(() => DomainProof, { description: 'Which proof it is.' })
  proof!: Proof;

  @Field(() => String, { description: 'The name of the record, or the address of the file.' })
  name!: string;

  @Field(() => String, {
    description:
      'What the text record must hold, where the alias must point, or the one line of the file; exactly. Not a secret.',
  })
  value!: string;
}

@ObjectType({ description: 'What was found at one place of proof, and why it does not match.' })
export class DomainLook implements LookFacts {
  @Field(() => DomainProof, { description: 'The proof that was looked for.' })
  proof!: Proof;

  @Field(() => DomainDiagnosisCode, { description: 'What the look has shown.' })
  code!: Code;

  @Field(() => String, { description: 'The same for a person, with what to do about it.' })
  message!: string;

  @Field(() => String, { description: 'The name that was looked up, or the address of the file.' })
  recordName!: string;

  @Field(() => String, { description: 'The value that must be there, exactly.' })
  expected!: string;

  @Field(() => [String], {
    description: 'The values that are there, invisible characters spelt out; the first 20, each cut at 300 characters.',
  })
  found!: readonly string[];

  @Field(() => [String], {
    description:
      "The servers that were asked, in turn: resolvers, and where they knew nothing of the proof the zone's own name servers; or the web server.",
  })
  askedOf!: readonly string[];

  @Field(() => Date, {
    nullable: true,
    description:
      'Nothing is there yet: by when resolvers that remember this have forgotten it, if the record is set now. ' +
      "Null where that is not so or not known. A look from here asks the zone's own name servers, and needs no waiting.",
  })
  expectedBy!: Date | null;
}

@ObjectType({ description: 'What was found, and why it does not match: the look that decides, or that tells most.' })
export class DomainDiagnosis extends DomainLook implements DiagnosisFacts {
  @Field(() => [DomainLook], {
    description: 'Every look that was taken. Where the known proof is there, no more are taken.',
  })
  looks!: readonly LookFacts[];
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

  @Field(() => Date, { nullable: true, description: 'Since when its proof is gone; null unless it is FAILING.' })
  failingSince!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When it lapses if its proof stays away; null unless it is FAILING.',
  })
  lapsesAt!: Date | null;

  @Field(() => DomainProof, { nullable: true, description: 'The proof that was found last; null before the first.' })
  provenBy!: Proof | null;

  @Field(() => Date, { nullable: true, description: 'When it was last looked for; null before the first time.' })
  lastCheckedAt!: Date | null;

  @Field(() => String, {
    description: 'Where the TXT record that proves it must stand. `verificationRecords` has the other ways.',
  })
  recordName!: string;

  @Field(() => String, { description: 'What that record must hold, exactly. Not a secret.' })
  recordValue!: string;

  @Field(() => DomainDiagnosis, {
    nullable: true,
    description: 'What the last look has shown; null before the first.',
  })
  diagnosis!: DiagnosisFacts | null;
}

@ObjectType({ description: 'A domain that an organization may want to add. It proves nothing.' })
export class DomainSuggestion implements SuggestionFacts {
  @Field(() => String, { description: 'As `addDomain` takes it.' })
  name!: string;

  @Field(() => Int, { description: 'How many members have a verified address in it.' })
  members!: number;
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
  @Field(() => Domain, { description: 'The domain, with what to publish.' })
  domain!: Domain;
}

@InputType({ description: 'The domain whose proof to look for.' })
export class VerifyDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The domain.' })
  @IsString()
  domainId!: string;
}

@ObjectType({ description: 'What looking for the proof of a domain gives.' })
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
