// Common :emoji: names as Unicode; a name not listed stays as typed.

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 wave 👋 clap 👏 raised_hands 🙌 pray 🙏 muscle 💪 handshake 🤝
point_right 👉 point_left 👈 point_up ☝️ point_down 👇 raised_hand ✋ v ✌️ crossed_fingers 🤞 eyes 👀 brain 🧠
smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂 rofl 🤣 sweat_smile 😅 slightly_smiling_face 🙂 wink 😉 blush 😊
heart_eyes 😍 thinking_face 🤔 thinking 🤔 neutral_face 😐 confused 😕 cry 😢 sob 😭 angry 😠 scream 😱 sunglasses 😎
sleeping 😴 zzz 💤 upside_down_face 🙃 partying_face 🥳 relieved 😌 worried 😟 face_palm 🤦 shrug 🤷 robot_face 🤖
heart ❤️ broken_heart 💔 green_heart 💚 blue_heart 💙 yellow_heart 💛 purple_heart 💜 sparkles ✨ star ⭐ star2 🌟
fire 🔥 boom 💥 100 💯 tada 🎉 confetti_ball 🎊 gift 🎁 trophy 🏆 medal 🏅 rocket 🚀 zap ⚡ bulb 💡 gem 💎
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ o ⭕
warning ⚠️ exclamation ❗ question ❓ grey_question ❔ bangbang ‼️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑
rotating_light 🚨 red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢
large_blue_circle 🔵 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_red_square 🟥
small_blue_diamond 🔹 small_orange_diamond 🔸 arrow_forward ▶️ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️
arrow_down ⬇️ arrows_counterclockwise 🔄 leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ repeat 🔁 twisted_rightwards_arrows 🔀
black_square_for_stop ⏹️ stop_button ⏹️ double_vertical_bar ⏸️ pause_button ⏸️ fast_forward ⏩ rewind ⏪ black_right_pointing_triangle_with_double_vertical_bar ⏯️
stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ clock1 🕐 clock9 🕘 watch ⌚ hourglass ⌛ hourglass_flowing_sand ⏳
calendar 📆 date 📅 spiral_calendar_pad 🗓️ memo 📝 pencil 📝 pencil2 ✏️ page_facing_up 📄 page_with_curl 📃 receipt 🧾
clipboard 📋 pushpin 📌 round_pushpin 📍 paperclip 📎 file_folder 📁 open_file_folder 📂 card_index 📇 books 📚
bookmark 🔖 label 🏷️ mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 key 🔑 link 🔗 wrench 🔧 hammer 🔨 gear ⚙️ toolbox 🧰
bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 abacus 🧮 money_with_wings 💸 moneybag 💰
credit_card 💳 dollar 💵 euro 💶 pound 💷 yen 💴 coin 🪙 bank 🏦 email ✉️ envelope ✉️ incoming_envelope 📨
e-mail 📧 inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣
speech_balloon 💬 thought_balloon 💭 telephone_receiver 📞 iphone 📱 computer 💻 desktop_computer 🖥️ printer 🖨️
bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻 office 🏢 house 🏠 construction 🚧 art 🎨 scales ⚖️
briefcase 💼 coffee ☕ beer 🍺 pizza 🍕 cake 🍰 birthday 🎂 sunny ☀️ cloud ☁️ rainbow 🌈 snowflake ❄️ seedling 🌱
palm_tree 🌴 earth_africa 🌍 airplane ✈️ new 🆕 free 🆓 sos 🆘 information_source ℹ️ heavy_plus_sign ➕ heavy_minus_sign ➖
`;

const NAMES = new Map();
const words = TABLE.trim().split(/\s+/);
for (let index = 0; index < words.length; index += 2) NAMES.set(words[index], words[index + 1]);

/** The sign for a name, or null where we know none. */
export function emojiFor(name) {
  return NAMES.get(name) ?? null;
}

/** Every name with its sign, for suggestions. */
export function emojiNames() {
  return [...NAMES.entries()];
}
