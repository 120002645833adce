# A Chatwoot in small, on the real ActionCable of Rails (Debian: ruby-actioncable, puma): its channel, its events and the two REST calls that
# companion makes, written after Chatwoot's RoomChannel, ActionCableListener, Message#push_event_data and MessageFinder.
#
# Prints its port. POST /do with a JSON object makes something happen: `message`, `resolve`, `typing`, `private`, `bot`, `rotate`, `rekey`,
# `restart`.
require "logger"
require "json"
require "securerandom"
require "action_cable"
require "action_controller"
require "puma"
require "puma/server"

ACCESS = +"an-agents-access-token"
USER = { id: 3, account: 1, name: "Ann Agent", pubsub: +"first-pubsub-token" }
MESSAGES = []
LOCK = Monitor.new

class RoomChannel < ActionCable::Channel::Base
  def subscribed
    raise KeyError, "no such user" unless params[:pubsub_token] == USER[:pubsub] && params[:user_id] == USER[:id] # as find_by! does
    reject and return if params[:account_id] != USER[:account]

    stream_from params[:pubsub_token]
    update_presence
  end

  def update_presence
    ActionCable.server.broadcast(params[:pubsub_token], { event: "presence.update", data: { account_id: params[:account_id], users: {} } })
  end
end

ActionCable.server.config.cable = { "adapter" => "async" }
ActionCable.server.config.logger = Logger.new(File::NULL)
ActionCable.server.config.worker_pool_size = 1 # with more, what happens within a moment comes in any order
ActionCable.server.config.connection_class = -> { ActionCable::Connection::Base }

def broadcast(event, data)
  ActionCable.server.broadcast(USER[:pubsub], { event: event, data: data.merge(account_id: data.fetch(:account_id, USER[:account])) })
end

def contact
  { id: 9, name: "Jane Customer", email: nil, type: "contact" }
end

def message(said)
  agent = said["type"] == 1
  sender = agent ? { id: USER[:id], name: USER[:name], type: said["bot"] ? "agent_bot" : "user" } : contact
  {
    id: MESSAGES.length + 1, content: said["text"], inbox_id: 1, conversation_id: said["conversation"] || 7, message_type: said["type"],
    content_type: "text", status: "sent", content_attributes: {}, created_at: Time.now.to_i, private: said["private"] || false,
    source_id: nil, sender: sender, conversation: { assignee_id: USER[:id], unread_count: 0, last_activity_at: Time.now.to_i }
  }
end

def happen(what)
  LOCK.synchronize do
    case what["do"]
    when "message"
      MESSAGES << message(what)
      broadcast("message.created", MESSAGES.last.merge(account_id: what["account"] || USER[:account])) unless what["unheard"]
    when "typing"
      broadcast("conversation.typing_#{what["on"] ? "on" : "off"}", { conversation: { id: 7, status: "open" }, user: contact, is_private: false })
    when "resolve"
      broadcast("conversation.status_changed", { id: 7, status: "resolved", meta: { sender: contact } })
    when "rotate"
      USER[:pubsub] = SecureRandom.hex(12)
    when "rekey"
      ACCESS.replace(what["token"])
    when "restart"
      ActionCable.server.restart
    end
  end
end

def json(status, body)
  [status, { "content-type" => "application/json" }, [JSON.generate(body)]]
end

def answer(env)
  path = env["PATH_INFO"]
  return ActionCable.server.call(env) if path == "/cable"
  return json(200, happen(JSON.parse(env["rack.input"].read)) && {}) if path == "/do"
  return json(401, { errors: ["You need to sign in or sign up before continuing."] }) if env["HTTP_API_ACCESS_TOKEN"] != ACCESS
  return json(200, { id: USER[:id], account_id: USER[:account], name: USER[:name], pubsub_token: USER[:pubsub] }) if path == "/api/v1/profile"
  return json(404, {}) unless (conversation = path[%r{\A/api/v1/accounts/1/conversations/(\d+)/messages\z}, 1])

  after = Rack::Utils.parse_query(env["QUERY_STRING"])["after"].to_i
  found = MESSAGES.select { |one| one[:conversation_id] == conversation.to_i && one[:id] > after }.first(100)
  json(200, { meta: { contact: contact }, payload: found })
end

server = Puma::Server.new(method(:answer), Puma::Events.null)
puts server.add_tcp_listener("127.0.0.1", 0).addr[1]
$stdout.flush
server.run.join
