import { All, Controller, NotFoundException, Param } from '@nestjs/common';
import { Requires } from '../policy/requires.decorator.js';
import { ScimEndpoints } from './scim-endpoints.service.js';

/** Every address that no other route answers. What there is and what there is not is for directories alone to know. */
@Controller('api/scim')
@Requires('scimToken')
export class ScimFallbackController {
  constructor(private readonly endpoints: ScimEndpoints) {}

  /** @throws NOT_FOUND; METHOD_NOT_ALLOWED where resources of the type answer other methods */
  @All('{*path}')
  refuse(@Param('path') path: readonly string[] | undefined): never {
    // The routes of resources match whatever stands where a type would.
    this.endpoints.named(path?.[1] ?? '');
    throw new NotFoundException();
  }
}
