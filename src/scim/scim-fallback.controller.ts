import { All, Controller, NotFoundException } from '@nestjs/common';
import { Requires } from '../policy/requires.decorator.js';

/** Every address that no other route answers. What there is and what there is not is for directories alone to know. */
@Controller('api/scim')
@Requires('scimToken')
export class ScimFallbackController {
  /** @throws NOT_FOUND; METHOD_NOT_ALLOWED where other methods are answered */
  @All('{*path}')
  refuse(): never {
    throw new NotFoundException();
  }
}
