import { Button } from '@mantine/core'
import { IconDeviceFloppy, IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { catalogueQuery, runSql } from '../../api/sql.ts'
import { ChoiceField } from '../../design/FilterBar.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { span } from '../../design/Time.tsx'
import { Editor } from './Editor.tsx'
import { ResultTable } from './ResultTable.tsx'
import { forgetQuery, readQueries, saveQuery } from './saved.ts'

const FIRST = 'SHOW RESOURCES IN okta.apps;'

export function SqlPage() {
  const [statement, setStatement] = useState(FIRST)
  const [saved, setSaved] = useState(readQueries)
  const running = useMutation({
    mutationFn: async (asked: string) => {
      const before = performance.now()
      return { result: await runSql(asked), took: performance.now() - before }
    },
  })
  // Without it the editor still runs whatever is typed.
  const catalogue = useQuery(catalogueQuery)
  const isSaved = saved.includes(statement.trim())
  return (
    <Page
      title="SQL"
      lead="Keys, applications, servers, users and tokens as tables. A change made here is the same command as anywhere else, under your rights."
    >
      <Panel>
        <div className="stack-tight">
          <Editor
            catalogue={catalogue.data}
            value={statement}
            onChange={setStatement}
            onRun={(text) => running.mutate(text)}
          />
          <div className="row-wrap">
            <Button
              variant="primary"
              leftSection={<IconPlayerPlay size={14} />}
              loading={running.isPending}
              disabled={statement.trim() === ''}
              onClick={() => running.mutate(statement)}
            >
              Run
            </Button>
            <span className="softer">or Ctrl Enter</span>
            <span className="push" />
            {saved.length > 0 && (
              <ChoiceField
                label="Saved"
                value={isSaved ? statement.trim() : ''}
                options={[['', 'Choose…'], ...saved.map((text) => [text, text.slice(0, 60)] as const)]}
                onChange={(text) => text !== '' && setStatement(text)}
              />
            )}
            <Button
              leftSection={<IconDeviceFloppy size={14} />}
              disabled={statement.trim() === ''}
              onClick={() => setSaved(isSaved ? forgetQuery(statement.trim()) : saveQuery(statement.trim()))}
            >
              {isSaved ? 'Forget' : 'Save in this browser'}
            </Button>
          </div>
        </div>
      </Panel>
      <Problem error={running.error} />
      {running.data !== undefined && (
        <Panel
          title={`${running.data.result.rows.length.toLocaleString('en-GB')} ${running.data.result.rows.length === 1 ? 'row' : 'rows'}`}
          note={[running.data.result.message, span(running.data.took)].filter(Boolean).join(', ')}
          flush
        >
          <ResultTable result={running.data.result} />
        </Panel>
      )}
    </Page>
  )
}
