import { Field, InputType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import type { TypedSaml } from './saml-settings.js';

/** What fits into a call; larger ones have an address. */
const LONGEST_METADATA = 90_000;
const LONGEST_CERTIFICATE = 20_000;

@InputType({
  description:
    'A SAML 2.0 identity provider: the address of its metadata, or the metadata itself, or the three parts of it that are ' +
    'needed. What is left out stays as it was.',
})
export class SamlInput implements TypedSaml {
  @Field(() => String, { nullable: true, description: 'Where its metadata is. Read at once, and again every day.' })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  metadataUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'Its metadata, an XML document.' })
  @IsOptional()
  @IsString()
  @Length(1, LONGEST_METADATA)
  metadataXml?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it calls itself, to the letter, where it has no metadata.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 1024)
  entityId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its single sign-on service with the HTTP-Redirect binding, where it has no metadata.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 2048)
  ssoUrl?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Its signing certificates, in PEM or the base64 within it; all at once, where it has no metadata.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MaxLength(LONGEST_CERTIFICATE, { each: true })
  certificates?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether our requests are signed. Off unless given.' })
  @IsOptional()
  @IsBoolean()
  signRequests?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a sign-in may begin at the identity provider. Off unless given: what nobody asked for is refused.',
  })
  @IsOptional()
  @IsBoolean()
  allowIdpInitiated?: boolean | null;

  @Field(() => String, { nullable: true, description: 'The form of name to ask for, a URN; null: whichever.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  nameIdFormat?: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute that names the person; null: the NameID does.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  subjectAttribute?: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the email; null: by its usual names.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  emailAttribute?: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the name; null: by its usual names.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  nameAttribute?: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the groups; null: by its usual names.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  groupsAttribute?: string | null;
}
