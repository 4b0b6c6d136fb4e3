import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Application, replaceApplication, settingText, settingTexts } from '../../api/applications.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Problem } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { useTell } from '../../design/Toast.tsx'
import { GRANTS, linesOf, METHODS, TYPES } from './settings.ts'

/** The settings that people change; all others go back as they came. */
export function SettingsForm({ application }: { readonly application: Application }) {
  const client = useQueryClient()
  const tell = useTell()
  const { canManage } = useSession()
  const [label, setLabel] = useState(application.label)
  const [method, setMethod] = useState(settingText(application, 'token_endpoint_auth_method'))
  const [grants, setGrants] = useState(settingTexts(application, 'grant_types'))
  const [redirects, setRedirects] = useState(settingTexts(application, 'redirect_uris').join('\n'))
  const [afterLogout, setAfterLogout] = useState(
    settingTexts(application, 'post_logout_redirect_uris').join('\n'),
  )
  const [consent, setConsent] = useState(settingText(application, 'consent_method'))
  const [backchannel, setBackchannel] = useState(settingText(application, 'backchannel_logout_uri'))
  const saving = useMutation({
    mutationFn: () => {
      const { backchannel_logout_uri: _before, ...others } = application.settings
      return replaceApplication(application.id, label.trim(), {
        ...others,
        token_endpoint_auth_method: method,
        grant_types: grants,
        redirect_uris: linesOf(redirects),
        post_logout_redirect_uris: linesOf(afterLogout),
        consent_method: consent,
        ...(backchannel.trim() === '' ? {} : { backchannel_logout_uri: backchannel.trim() }),
      })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['applications'] })
      tell('Saved.')
    },
  })
  const others = settingTexts(application, 'grant_types').filter((grant) =>
    GRANTS.every(([known]) => known !== grant),
  )
  const type = settingText(application, 'application_type')
  return (
    <Panel title="Settings" note={`${TYPES.get(type) ?? type} application`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          saving.mutate()
        }}
      >
        <fieldset className="stack form" disabled={!canManage}>
          <div className="two">
            <TextInput
              label="Name"
              required
              value={label}
              maxLength={100}
              onChange={(event) => setLabel(event.currentTarget.value)}
            />
            <NativeSelect
              label="Authenticates by"
              value={method}
              data={METHODS.map(([value, words]) => ({ value, label: words }))}
              onChange={(event) => setMethod(event.currentTarget.value)}
            />
          </div>
          <Checkbox.Group label="Grants" value={[...grants]} onChange={setGrants}>
            <div className="row-wrap grants">
              {GRANTS.map(([value, words]) => (
                <Checkbox key={value} size="sm" value={value} label={words} />
              ))}
              {others.map((value) => (
                <Checkbox key={value} size="sm" value={value} label={value} />
              ))}
            </div>
          </Checkbox.Group>
          {type !== 'service' && (
            <>
              <div className="two">
                <Textarea
                  label="Redirect URIs"
                  description="One a line"
                  value={redirects}
                  autosize
                  minRows={2}
                  onChange={(event) => setRedirects(event.currentTarget.value)}
                  spellCheck={false}
                />
                <Textarea
                  label="Redirect URIs after sign-out"
                  description="One a line"
                  value={afterLogout}
                  autosize
                  minRows={2}
                  onChange={(event) => setAfterLogout(event.currentTarget.value)}
                  spellCheck={false}
                />
              </div>
              <div className="two">
                <NativeSelect
                  label="Consent"
                  value={consent}
                  data={[
                    { value: 'TRUSTED', label: 'Trusted: nobody is asked' },
                    { value: 'REQUIRED', label: 'Every user is asked' },
                  ]}
                  onChange={(event) => setConsent(event.currentTarget.value)}
                />
                <TextInput
                  label="Back-channel logout URI"
                  value={backchannel}
                  onChange={(event) => setBackchannel(event.currentTarget.value)}
                  spellCheck={false}
                />
              </div>
            </>
          )}
          <Problem error={saving.error} />
          {canManage && (
            <div className="row">
              <Button type="submit" variant="primary" loading={saving.isPending}>
                Save
              </Button>
              <span className="softer">Saving revokes nothing.</span>
            </div>
          )}
        </fieldset>
      </form>
    </Panel>
  )
}
