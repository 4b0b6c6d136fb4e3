import type { Authority } from '../authority/index.ts'
import { DEFAULT_SUBDOMAIN } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { SYSTEM } from '../store/index.ts'
import { organizationOfSubdomain } from '../store/queries/issuers.ts'

/** Subdomains remembered at once. An organization keeps its subdomain, so what is known stays true. */
const MAX_REMEMBERED = 10_000

/** Which organization a request without a credential means: its host name's, else `default`. */
export class OrganizationsByHost {
  readonly #authority: Authority
  readonly #ids = new Map<string, string>()

  constructor(authority: Authority) {
    this.#authority = authority
  }

  /**
   * @param hostname without port
   * @throws DomainError not_found where the name lies below the public one and no organization has it
   */
  async organizationOf(hostname: string): Promise<string> {
    const host = hostname.toLowerCase()
    const suffix = `.${new URL(this.#authority.publicUrl).hostname}`
    const subdomain = host.endsWith(suffix) ? host.slice(0, -suffix.length) : DEFAULT_SUBDOMAIN
    const known = this.#ids.get(subdomain)
    if (known !== undefined) return known
    const id = await this.#authority.store.read(SYSTEM, (tx) => organizationOfSubdomain(tx, subdomain))
    if (id === undefined) throw new DomainError('not_found')
    if (this.#ids.size < MAX_REMEMBERED) this.#ids.set(subdomain, id)
    return id
  }
}
