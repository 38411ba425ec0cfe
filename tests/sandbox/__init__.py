"""The sandbox, asked over real HTTP. Each test quotes the line of the contract on which it stands."""
