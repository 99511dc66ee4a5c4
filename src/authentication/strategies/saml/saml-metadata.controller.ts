import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AppError } from '../../../platform/errors/app-error.js';
import { Public } from '../../../policy/requires.decorator.js';
import { SamlClientService } from '../../../sso/protocols/saml/saml-client.service.js';
import { SignInSourceService } from '../../../sso/sources/sign-in-source.service.js';

@Controller('api/auth/saml')
export class SamlMetadataController {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly saml: SamlClientService,
  ) {}

  /** What we are to one identity provider, for its administrators; also of a connection that is not in use yet. */
  @Get(':key/metadata')
  @Public('identity providers read it, and there is nothing secret in it')
  async metadata(@Res() response: Response, @Param('key') key: string): Promise<void> {
    const source = await this.sources.underTestByKey(key);
    if (source?.protocol !== 'saml') throw new AppError('NOT_FOUND');
    response.type('application/samlmetadata+xml').send(this.saml.metadata(source.settings));
  }
}
