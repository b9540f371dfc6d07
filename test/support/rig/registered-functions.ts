/**
 * Functions registered with RegisterPath, for all handlers, by class and by class name. Importing this file registers
 * them, which has to happen before any server of the rig starts.
 */
import { type MaybePromise, RegisterPath, type RequestHandler } from '../../../src/index.js'
import { MapsHandler, OtherHandler } from './maps-handler.js'

RegisterPath('registered-global')(answering('registered-global'))

RegisterPath('^stacked-one$')(
  RegisterPath('^stacked-two$')((handler: RequestHandler) => handler.send_response_full(`stacked ${handler.path}`)),
)

RegisterPath('^registered-name$', 'RigHandler')(answering('registered-name'))
RegisterPath('^registered-class$', MapsHandler)(answering('registered-class'))
RegisterPath('^registered-other$', OtherHandler)(answering('registered-other'))

RegisterPath('/registered-rpc', undefined, true)((_handler: RequestHandler, ...args: unknown[]) => ['registered', args])

/** Its name is that of an attribute which every handler has. */
function server(handler: RequestHandler): MaybePromise<void> {
  return handler.send_response_full('collide')
}

RegisterPath('^collide$', 'RigHandler')(server)

function answering(text: string): (handler: RequestHandler) => MaybePromise<void> {
  return (handler) => handler.send_response_full(text)
}
