import { IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

/** Body of `POST /api/auth/second-factor`: one of the two. */
export class SecondFactorBody {
  /** A code of the authenticator app, or a recovery code. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  code?: string;

  /** The JSON form of what `navigator.credentials.get` gave (WebAuthn Level 3, 5.1). */
  @IsOptional()
  @IsObject()
  passkey?: object;
}
