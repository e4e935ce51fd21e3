"""Texts and prompts for the comparisons on a story model: plain English, every text longer than 200 tokens of a 512-word vocabulary."""

TEXTS = [
    "Once upon a time there was a little girl named Lucy who lived near a deep green wood. One day she found a small bird under a tree. "
    "The bird could not fly because its wing was hurt. Lucy took off her red scarf and made a soft bed for it. \"Do not be afraid,\" she said. "
    "\"My mom knows how to help.\" They walked home together very slowly. Her mom put a tiny stick on the wing and gave the bird some water. "
    "Every morning Lucy brought it seeds and sang a song. After many days the bird stood up, shook its feathers and flew out of the window. "
    "Lucy was sad, but the next spring the bird came back with two babies and they all sang for her.",
    "Tom and Ben were best friends. They had a big box of blocks and they wanted to build the tallest tower in the whole world. "
    "Tom put down the blue blocks and Ben put down the yellow ones. The tower grew and grew. It was taller than the chair, then taller than the table. "
    "Then the cat, whose name was Pip, ran into the room. She saw the tower and jumped! Crash! All the blocks fell down. "
    "Ben started to cry. \"It took us all day,\" he said. Tom looked at the cat. Pip looked very sorry and hid behind the sofa. "
    "\"It was an accident,\" said Tom. \"We can build it again, and this time it will be a house for Pip.\" Ben smiled and wiped his eyes. "
    "They built a house with a door and two windows, and Pip went inside and fell asleep.",
    "It was raining hard, and the old farmer could not find his sheep. He put on his boots, took his lamp and went up the hill. "
    "\"Where are you?\" he called, but he only heard the wind. At the top of the hill there was a cave. The farmer held up his lamp and looked inside. "
    "There sat the sheep, warm and dry, and next to it sat a wolf! The farmer was so scared that he nearly dropped the lamp. "
    "But the wolf did not growl. It was old and thin, and it was shaking from the cold. The sheep had given it a place to rest by her side. "
    "The farmer thought for a long time. Then he took some bread from his pocket and gave half of it to the wolf. "
    "From that day on nobody ever took a sheep from his field, and in the evening the farmer left a bowl of soup by the gate.",
    "Mia had a kite that looked like a dragon. It had a long tail with ribbons of every color. On Sunday the wind was strong, "
    "so Mia and her dad went to the beach. The kite went up, up, up, until it was only a dot in the sky. \"Hold on tight!\" said her dad. "
    "But Mia sneezed, and the string slipped out of her hand. The kite flew over the water. Mia ran after it, but she could not catch it. "
    "A man in a small boat saw what had happened. He rowed as fast as he could, and he reached out his arm and caught the string. "
    "\"Is this your dragon?\" he asked. \"It nearly pulled me out of my boat!\" Mia laughed and said thank you three times. "
    "Then they shared their sandwiches with the man, and he showed them how to tie a knot that would never slip.",
    "The lighthouse keeper had worked alone for thirty years. Each evening at seven he climbed one hundred and twelve steps, cleaned the glass and lit the lamp. "
    "He wrote the weather in a book: wind, rain, fog, and the names of the ships that passed. One winter night the lamp went out. "
    "The keeper tried everything, but the new part would not arrive before Friday. Far away he heard the horn of a ship. "
    "There was no time to lose. He ran down to the village and knocked on every door. Soon all the people stood on the cliff, "
    "each with a candle, a lantern or a torch, and the whole shore was bright. The ship turned in time. "
    "In the morning its captain came to say thank you, and in the book the keeper wrote: \"Clear. No wind. I was not alone.\"",
]

PROMPTS = [
    "Once upon a time",
    "Lily and Tom went to the park",
    "The big dog was sad because",
    "One day, a little boy named Tim",
    "\"Look at me!\" said the",
]
